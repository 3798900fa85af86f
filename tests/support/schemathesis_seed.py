"""Somebody for every role, and something for every operation to succeed on: what the schemathesis run needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from notify.actor import WORKER, Actor, Role
from notify.delivery.expansion import expand
from notify.delivery.tables import deliveries
from notify.office import Office
from tests.support.api import Api, Caller, make_token
from tests.support.notices import days, example
from tests.support.people import enrol

Json = dict[str, Any]

PERSON = {"name": "R. Rojas", "language": "es"}
HOOK = {"channel": "webhook", "kind": "official", "address": "https://hooks.example/notices"}
FEED = {"channel": "feed", "kind": "personal"}


@dataclass
class Seed:
    """``token`` is the one that a run uses where ``callers`` names no other; ``ids`` is what stands in the path."""

    token: str = ""
    callers: dict[str, str] = field(default_factory=dict)  # token by operation's name
    ids: dict[str, Json] = field(default_factory=dict)  # path parameters by operation's name

    def ids_of(self, operation: str) -> Json:
        """What stands in the path of an operation."""
        return self.ids.get(operation, {})


async def seed(api: Api) -> Seed:
    """Make it all over the API itself, so that each operation has its own thing in the state that it needs."""
    return await _Maker(api).make()


class _Maker:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.office: Office = api.office
        self.seed = Seed()

    async def make(self) -> Seed:
        self.actors = {
            "peru": await self._enrol("PER", "officer"),
            "bolivia": await self._enrol("BOL", "officer"),
            "observer": await self._enrol("BOL", "observer"),
            "manager": await self._enrol("BOL", "manager"),
            "auditor": await self._enrol(None, "auditor"),
            "administrator": await self._enrol(None, "administrator"),
        }
        self.tokens = {name: await make_token(self.office, actor) for name, actor in self.actors.items()}
        self.callers = {name: Caller(self.api, token) for name, token in self.tokens.items()}
        self.seed.token = self.tokens["peru"]
        await self._notices()
        await self._observers()
        await self._subscriptions()
        await self._others()
        return self.seed

    async def _enrol(self, party: str | None, *roles: Role) -> Actor:
        return await enrol(self.office, party, *roles)

    def _use(self, operation: str, who: str = "peru", **path: object) -> None:
        self.seed.callers[operation] = self.tokens[who]
        self.seed.ids[operation] = path

    async def _draft(self, **values: object) -> str:
        return str((await self.callers["peru"].post("/notices", example("exercise", **values), 201))["id"])

    async def _published(self, **values: object) -> str:
        notice = await self._draft(**values)
        await self.callers["peru"].post(f"/notices/{notice}/publish")
        return notice

    async def _notices(self) -> None:
        peru = self.callers["peru"]
        for operation in ("replace_notice", "delete_notice", "submit_notice", "publish_notice"):
            self._use(operation, id=await self._draft())
        submitted = await self._draft()
        await peru.post(f"/notices/{submitted}/submit")
        self._use("return_notice", id=submitted)
        for operation in ("amend_notice", "postpone_notice", "cancel_notice", "withdraw_notice"):
            self._use(operation, id=await self._published())
        begun = days("2027-01-11", "2027-01-29")
        self._use("complete_notice", id=await self._published(period=begun, observation=None))
        told = await self._published()
        for operation in ("get_notice", "list_revisions", "list_recipients", "list_deliveries"):
            self._use(operation, id=told)
        self._use("get_revision", id=told, n=1)
        self._use("list_acknowledgements", id=told)
        self._use("acknowledge_notice", "bolivia", id=told)
        self._use("list_attendance", "bolivia", id=told)
        self._use("ask_to_attend", "observer", id=told)

    async def _observers(self) -> None:
        bolivia, observer, peru = (self.callers[name] for name in ("bolivia", "observer", "peru"))
        number = 0

        async def nominated() -> str:
            nonlocal number
            number += 1
            notice = await self._published()
            body = {"observer": {**PERSON, "email": f"rojas{number}@bol.example"}}
            return str((await bolivia.post(f"/notices/{notice}/attendance", body, 201))["id"])

        async def approved() -> str:
            attendance = await nominated()
            await peru.post(f"/attendance/{attendance}/approve")
            return attendance

        requested = await observer.post(f"/notices/{await self._published()}/attendance", expected=201)
        self._use("endorse_attendance", "bolivia", id=requested["id"])
        makers: dict[str, tuple[str, Callable[[], Awaitable[str]]]] = {
            "get_attendance": ("peru", nominated),
            "approve_attendance": ("peru", nominated),
            "decline_attendance": ("peru", nominated),
            "withdraw_attendance": ("bolivia", nominated),
            "revoke_attendance": ("peru", approved),
            "reply_to_invitation": ("bolivia", approved),
        }
        for operation, (who, make) in makers.items():
            self._use(operation, who, id=await make())

    async def _subscriptions(self) -> None:
        manager, bolivia = self.callers["manager"], self.callers["bolivia"]
        hook = await manager.post("/subscriptions", HOOK, 201)
        await manager.post("/subscriptions", HOOK, 201)
        self._use("get_subscription", "manager", id=hook["id"])
        self._use("test_subscription", "manager", id=hook["id"])
        self._use("rotate_secret", "manager", id=hook["id"])
        self._use("list_subscriptions", "manager")
        self._use("create_subscription", "manager")
        self._use("change_subscription", "bolivia", id=(await bolivia.post("/subscriptions", FEED, 201))["id"])
        self._use("delete_subscription", "bolivia", id=(await bolivia.post("/subscriptions", FEED, 201))["id"])
        notice = await self._published()
        async with self.office.act(WORKER) as act:
            while (await expand(act)).count:
                pass
            dead = deliveries.update().where(deliveries.c.notice_id == notice).values(status="dead")
            await act.connection.execute(dead.values(finished_at=act.now, error_class="answer_5xx"))
            of_hook = sa.and_(deliveries.c.notice_id == notice, deliveries.c.subscription_id == hook["id"])
            delivery = await act.connection.scalar(sa.select(deliveries.c.id).where(of_hook))
        self._use("retry_delivery", "manager", id=delivery)

    async def _others(self) -> None:
        self._use("get_party", code="PER")
        self._use("replace_adjacency", "administrator")
        self._use("list_events", "bolivia")
        self._use("list_audit_lines", "auditor")
        new = {"name": "another", "scopes": ["read"], "days": 9}
        peru = self.callers["peru"]
        self._use("get_token", id=(await peru.post("/tokens", new, 201))["id"])
        self._use("revoke_token", id=(await peru.post("/tokens", new, 201))["id"])
