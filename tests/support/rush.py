"""One of several processes that publish and approve on one database at the same moment.

``python -m tests.support.rush JOB``: JOB is a file with what to do, as `Job.write` wrote it. The process says that it
is ready by a file beside it (``.ready``), waits for the file ``start`` in the same folder, and leaves ``.done``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from notify.actor import Actor, scopes_of
from notify.database import Database
from notify.errors import LifecycleError
from notify.notices import lifecycle
from notify.observers import decisions
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.vault import Vault
from tests.support.clock import Clock
from tests.support.office import settings_of
from tests.support.outside import until

SIDE_BY_SIDE = 6
"""Acts that a process has under way at once."""


@dataclass(frozen=True)
class Job:
    """Who publishes which drafts, and who approves which attendance; persons are ids by their state."""

    folder: str
    database_url: str
    officers: dict[str, str]
    drafts: list[tuple[str, str]]  # state, notice
    attendance: list[tuple[str, str]]  # host, attendance

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self)))
        return path

    @classmethod
    def read(cls, path: Path) -> Job:
        return cls(**json.loads(path.read_text()))


async def run(path: Path) -> dict[str, list[str]]:
    """Do the job, and answer the references that were given and what became of each attendance."""
    job = Job.read(path)
    settings = settings_of(Path(job.folder), job.database_url)
    office = Office(settings, Database(settings.database), Vault(settings.key()), Clock(), followers=(follow_revision,))
    roles = frozenset({"officer"})
    actors = {
        state: Actor("person", "page", person, state, roles, scopes_of(roles))  # type: ignore[arg-type]
        for state, person in job.officers.items()
    }
    done: dict[str, list[str]] = {"references": [], "approved": [], "refused": []}

    async def publish(state: str, notice_id: str) -> None:
        async with office.act(actors[state]) as act:
            notice = await lifecycle.publish(act, notice_id)
        done["references"].append(str(notice.reference))

    async def approve(host: str, attendance_id: str) -> None:
        try:
            async with office.act(actors[host]) as act:
                await decisions.approve(act, attendance_id)
        except LifecycleError as refusal:
            done["refused"].append(str(refusal))
        else:
            done["approved"].append(attendance_id)

    async with office.database.read():  # connected before the start
        pass
    path.with_suffix(".ready").touch()
    await until((path.parent / "start").exists, 60, "the start")
    turns = asyncio.Semaphore(SIDE_BY_SIDE)
    began = time.time()

    async def in_turn(verb: Callable[[str, str], Awaitable[None]], one: tuple[str, str]) -> None:
        async with turns:
            await verb(*one)

    mixed = [pair for both in zip(job.drafts, job.attendance, strict=True) for pair in both]
    verbs = [publish, approve] * len(job.drafts)
    await asyncio.gather(*(in_turn(verb, one) for verb, one in zip(verbs, mixed, strict=True)))
    done["span"] = [str(began), str(time.time())]
    await office.close()
    return done


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.with_suffix(".done").write_text(json.dumps(asyncio.run(run(where))))
