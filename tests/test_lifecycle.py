"""The life cycle of a notice over the verbs, on both databases: revisions, recipients, references, logs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import Actor
from notify.errors import Invalid, LifecycleError, NotAllowed, NotVisible, Stale
from notify.notices import acknowledgements, drafts, history, lifecycle, reading, signatures
from notify.notices.notice import Notice
from notify.notices.tables import log, log_counters, recipients
from notify.office import Office
from tests.conftest import MakeActor

EXAMPLES = Path(__file__).parent / "data" / "examples"


def example(name: str) -> dict[str, Any]:
    """A notice as it is posted."""
    body: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return body


@pytest.fixture(autouse=True)
async def _key(office: Office) -> None:
    async with office.act(Actor("command", "command")) as act:
        await signatures.ensure_key(act)


async def published(office: Office, officer: Actor, body: dict[str, Any] | None = None) -> Notice:
    """The exercise of the examples, published by Peru."""
    async with office.act(officer) as act:
        draft = await drafts.create(act, body or example("exercise"))
        return await lifecycle.publish(act, draft.id)


async def told_of(office: Office, notice: Notice) -> dict[str, list[str]]:
    async with office.database.read() as connection:
        rows = await connection.execute(
            sa.select(recipients.c.party, recipients.c.reasons).where(
                recipients.c.notice_id == notice.id, recipients.c.revision == notice.revision
            )
        )
        return {party: [r["rule"] for r in json.loads(reasons)] for party, reasons in rows}


async def test_publishing_tells_the_neighbours_and_the_invited_with_reasons(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru)
    assert notice.reference == "PER-2027-M4-001"
    assert (notice.status, notice.revision) == ("published", 1)
    assert await told_of(office, notice) == {
        "BOL": ["land"], "BRA": ["land"], "CHL": ["land", "maritime"], "COL": ["land"],
        "ECU": ["land", "maritime"], "OAS": ["invited"],
    }  # fmt: skip


async def test_a_draft_is_its_own_states_alone(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor("PER", "officer"), await actor("BOL", "officer")
    async with office.act(peru) as act:
        draft = await drafts.create(act, example("exercise"))
    async with office.database.read() as connection:
        assert (await reading.get(connection, peru, draft.id)).revision == 0
        with pytest.raises(NotVisible):
            await reading.get(connection, bolivia, draft.id)


async def test_an_officer_cannot_post_for_another_state(office: Office, actor: MakeActor) -> None:
    bolivia = await actor("BOL", "officer")
    with pytest.raises(NotAllowed):
        async with office.act(bolivia) as act:
            await drafts.create(act, example("exercise"))


async def test_a_moved_notice_says_what_changed_and_keeps_its_recipients(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    first = await published(office, peru)
    async with office.act(peru) as act:
        second = await lifecycle.amend(
            act,
            first.id,
            {
                "period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
                "observation": None,
            },
            {"es": "Cambio de fecha"},
        )
    assert second.revision == 2
    told = await told_of(office, second)
    assert told["OAS"] == ["earlier"]
    assert set(told) == set(await told_of(office, first))
    async with office.database.read() as connection:
        revision = await history.revision_of(connection, second, 2)
    changed = {c["pointer"]: (c["before"], c["after"]) for c in revision["changes"]}
    assert changed["/period/starts"] == ("2027-08-18", "2027-08-25")
    assert revision["reason"] == {"es": "Cambio de fecha"}


async def test_postponed_then_dated_is_in_force_again(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru)
    async with office.act(peru) as act:
        postponed = await lifecycle.postpone(act, notice.id, {"es": "Mal tiempo"})
    assert postponed.status == "postponed"
    body = example("exercise")
    async with office.act(peru) as act:
        again = await lifecycle.amend(act, notice.id, {"period": body["period"]}, None)
    assert (again.status, again.revision) == ("published", 3)
    async with office.act(peru) as act:
        cancelled = await lifecycle.cancel(act, notice.id, None)
    assert cancelled.status == "cancelled"
    with pytest.raises(LifecycleError):
        async with office.act(peru) as act:
            await lifecycle.postpone(act, notice.id, None)
    async with office.act(peru) as act:
        withdrawn = await lifecycle.withdraw(act, notice.id, {"es": "Publicado por error"})
    assert withdrawn.status == "withdrawn"
    assert set(await told_of(office, withdrawn)) == set(await told_of(office, notice))


async def test_a_stale_version_changes_nothing(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru)
    with pytest.raises(Stale):
        async with office.act(peru) as act:
            await lifecycle.cancel(act, notice.id, None, '"another"')
    async with office.act(peru) as act:
        assert (await lifecycle.cancel(act, notice.id, None, f'"{notice.etag}"')).status == "cancelled"


async def test_amending_nothing_or_fixed_fields_is_refused(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru)
    for changes in ({}, {"measure": 5}, {"test": True}, {"visibility": "nobody"}):
        with pytest.raises(Invalid):
            async with office.act(peru) as act:
                await lifecycle.amend(act, notice.id, changes, None)
    async with office.act(peru) as act:
        wider = await lifecycle.amend(act, notice.id, {"visibility": "members"}, None)
    with pytest.raises(Invalid):
        async with office.act(peru) as act:
            await lifecycle.amend(act, wider.id, {"visibility": "recipients"}, None)


async def test_every_revision_is_signed_and_chained(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru)
    async with office.act(peru) as act:
        notice = await lifecycle.cancel(act, notice.id, None)
    async with office.database.read() as connection:
        rows = await history.revisions_of(connection, notice)
        keys = await signatures.jwks(connection)
    payloads = signatures.check_chain([row["signature"] for row in reversed(rows)], keys)
    assert [p["status"] for p in payloads] == ["published", "cancelled"]


async def test_the_log_of_a_scope_is_dense_and_moved_only_by_what_it_may_see(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    for _ in range(3):
        await published(office, peru)
    async with office.database.read() as connection:
        bolivia = (await connection.execute(sa.select(log.c.position).where(log.c.scope == "BOL"))).scalars().all()
        jamaica = (await connection.execute(sa.select(log_counters).where(log_counters.c.scope == "JAM"))).all()
    assert sorted(bolivia) == [1, 2, 3]
    assert jamaica == []


@pytest.mark.slow
async def test_references_are_dense_when_many_publish_at_once(office: Office, actor: MakeActor) -> None:
    peru = await actor("PER", "officer")
    made = await asyncio.gather(*(published(office, peru) for _ in range(12)))
    assert sorted(n.reference or "" for n in made) == [f"PER-2027-M4-{i:03d}" for i in range(1, 13)]


async def test_a_recipient_acknowledges_once_and_others_cannot(office: Office, actor: MakeActor) -> None:
    peru, bolivia, jamaica = [await actor(p, "officer") for p in ("PER", "BOL", "JAM")]
    notice = await published(office, peru)
    async with office.act(bolivia) as act:
        first, new = await acknowledgements.acknowledge(act, notice.id, 1)
    assert new
    office.clock.advance(hours=1)  # type: ignore[attr-defined]
    async with office.act(bolivia) as act:
        second, new = await acknowledgements.acknowledge(act, notice.id, 1)
    assert not new
    assert second["at"] == first["at"]
    with pytest.raises(NotAllowed):
        async with office.act(peru) as act:
            await acknowledgements.acknowledge(act, notice.id, 1)
    with pytest.raises(NotVisible):
        async with office.act(jamaica) as act:
            await acknowledgements.acknowledge(act, notice.id, 1)
    with pytest.raises(Invalid):
        async with office.act(bolivia) as act:
            await acknowledgements.acknowledge(act, notice.id, 2)
