"""What pages of observers are tried on: a notice, its host, a party that sends people, and who knows nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from notify.actor import WORKER, Actor
from notify.delivery import expansion
from notify.delivery.tables import deliveries
from notify.notices.notice import Notice
from notify.observers import attendance, invitations
from notify.observers.attendance import Attendance
from notify.office import Office
from tests.support import desk
from tests.support.people import enrol
from tests.support.premises import Premises


@dataclass
class Stage:
    """Peru hosts, Bolivia sends, Jamaica knows nothing of it."""

    premises: Premises
    notice: Notice
    peru: Actor
    bolivia: Actor
    observer: Actor
    jamaica: Actor

    @property
    def office(self) -> Office:
        return self.premises.office

    @property
    def url(self) -> str:
        return f"/notices/{self.notice.id}/attendance"

    async def nominated(self, number: int = 1) -> Attendance:
        return await desk.nominated(self.office, self.bolivia, self.notice, number)

    async def approved(self, number: int = 1) -> Attendance:
        return await desk.decided(self.office, self.peru, "approve", await self.nominated(number))

    async def read(self, found: Attendance) -> Attendance:
        async with self.office.database.read() as connection:
            return await attendance.get(connection, self.peru, found["id"])

    async def tell(self, status: str = "handed_over") -> None:
        """The worker writes the invitations, and their deliveries come to this."""
        async with self.office.act(WORKER) as act:
            await expansion.expand(act, (invitations.follow,))
            waiting = sa.update(deliveries).where(deliveries.c.kind == "invitation", deliveries.c.status == "pending")
            await act.connection.execute(waiting.values(status=status))

    async def words(self, actor: Actor | None, path: str = "", status: int = 200) -> str:
        return await self.premises.words(actor, path or self.url, status)


async def open_stage(office: Office) -> Stage:
    """Peru has published the examples' exercise."""
    premises = Premises(office)
    await desk.open_desk(premises.office)
    peru = await enrol(premises.office, "PER", "officer", name="Ana Quispe")
    bolivia = await enrol(premises.office, "BOL", "officer", name="Luis Flores")
    observer = await enrol(premises.office, "BOL", "observer", name="Rosa Arce")
    jamaica = await enrol(premises.office, "JAM", "officer")
    notice = await desk.published(premises.office, peru)
    return Stage(premises, notice, peru, bolivia, observer, jamaica)
