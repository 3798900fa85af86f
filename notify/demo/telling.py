"""Tells the story: each act by its verb, with the clock of its day, the worker's loop finishing after each day."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from notify.actor import Actor, Role
from notify.demo.clock import StoryClock
from notify.demo.names import rank_of
from notify.demo.people import Account
from notify.demo.story import DRAFTS, STORY, Tale, Visitor
from notify.notices import acknowledgements, drafts, lifecycle
from notify.observers import decisions, replies, requests
from notify.observers.requests import Observer
from notify.office import Act, Office

Scene = tuple[datetime, Callable[[], Awaitable[None]]]


def cases() -> dict[str, Any]:
    """The notices by their names, each with its body and its seats for observers."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
    return found


def body_of(tale: Tale, case: dict[str, Any], today: date) -> dict[str, Any]:
    """The notice as it was first posted, its dates moved to around today; the length of the event stays."""
    body: dict[str, Any] = deepcopy(case["body"])
    period = body["period"]
    first = today + timedelta(days=tale.starts - (tale.moved[1] if tale.moved else 0))
    period.update(moved_to(period, first))
    body.update(visibility=tale.visibility, also_notify=list(tale.also_notify), test=False)
    if case["seats"]:
        body["observation"] = _observation(tale, case, body, first)
    return body


def moved_to(period: dict[str, Any], first: date) -> dict[str, Any]:
    """The same period, begun on another day."""
    start, end = date.fromisoformat(period["starts"][:10]), date.fromisoformat(period["ends"][:10])
    last = first + (end - start)
    return {
        **period,
        "starts": first.isoformat() + period["starts"][10:],
        "ends": last.isoformat() + period["ends"][10:],
    }


def moved_fields(body: dict[str, Any], by: int) -> dict[str, Any]:
    """The fields that an amendment replaces when everything moves by some days."""
    first = date.fromisoformat(body["period"]["starts"][:10]) + timedelta(days=by)
    changes: dict[str, Any] = {"period": moved_to(body["period"], first)}
    if observation := deepcopy(body.get("observation")):
        if observation["period"]:
            day = date.fromisoformat(observation["period"]["starts"][:10]) + timedelta(days=by)
            observation["period"] = moved_to(observation["period"], day)
        arrival = observation["arrival"]
        arrival["at"] = _later(arrival["at"], by)
        for item in observation["programme"]:
            item["at"] = _later(item["at"], by)
        changes["observation"] = observation
    return changes


def _observation(tale: Tale, case: dict[str, Any], body: dict[str, Any], first: date) -> dict[str, Any]:
    period = body["period"]
    length = (date.fromisoformat(period["ends"][:10]) - first).days
    days = None
    if period["all_day"] and length >= 3:
        from_day, to_day = first + timedelta(days=1), first + timedelta(days=3)
        days = {"starts": f"{from_day}T10:00", "ends": f"{to_day}T18:00", "timezone": period["timezone"],
                "all_day": False}  # fmt: skip
    opens = (days or period)["starts"]
    at = opens if "T" in opens else f"{opens}T09:00"
    language = next(iter(body["title"]))
    briefing = {"es": "Exposición inicial", "en": "Briefing", "pt": "Exposição inicial", "fr": "Exposé initial"}
    return {
        "invite": list(tale.invite),
        "seats": case["seats"],
        "seats_per_party": case["seats_per_party"] or 2,
        "reply_by": (first - timedelta(days=14)).isoformat(),
        "period": days,
        "arrival": {"place": body["place"]["name"], "at": at},
        "languages": sorted({language, "es" if language != "es" else "en"}),
        "equipment_allowed": ["binoculars", "maps"] if body["measure"] == 4 else ["cameras"],
        "programme": [{"at": at, "item": {language: briefing[language]}}],
        "remarks": None,
    }


@dataclass
class Teller:
    """Makes scenes of tales; ``today`` is the date in UTC on which the demonstration is opened."""

    office: Office
    clock: StoryClock
    accounts: Sequence[Account]
    now: datetime

    def at(self, days: float, hour: int = 15) -> datetime:
        """A moment ``days`` from today; never after now."""
        moment = (self.now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        return min(moment, self.now)

    def actor(self, party: str, role: Role) -> Actor:
        """Somebody of a party."""
        return next(a.actor for a in self.accounts if a.party == party and a.role == role)

    def scenes(self) -> list[Scene]:
        """Every act of the story in the order of time."""
        known = cases()
        found: list[Scene] = []
        for tale in STORY:
            found += self._tale(tale, known[tale.case])
        for i, (state, body) in enumerate(DRAFTS):
            found.append((self.at(-1 - i, 14), self._draft(state, body)))
        return sorted(found, key=lambda scene: scene[0])

    def _tale(self, tale: Tale, case: dict[str, Any]) -> list[Scene]:
        body = body_of(tale, case, self.now.date())
        host = self.actor(body["state"], "officer")
        kept: dict[str, str] = {}

        async def publish() -> None:
            async with self.office.act(host) as act:
                draft = await drafts.create(act, body)
                kept["id"] = (await lifecycle.publish(act, draft.id)).id

        def step(verb: Callable[[Act], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
            async def scene() -> None:
                async with self.office.act(host) as act:
                    await verb(act)

            return scene

        found: list[Scene] = [(self.at(tale.told), publish)]
        for revision, parties in tale.acknowledged.items():
            day = tale.told if revision == 1 else _day_of_change(tale)
            for i, party in enumerate(parties):
                found.append((self.at(day + 1 + i % 3, 13 + i % 8), self._acknowledge(party, kept, revision)))
        for i, visitor in enumerate(tale.observers):
            found += self._observer(tale, host, kept, visitor, i)
        if tale.moved:
            day, by, reason = tale.moved
            changes = moved_fields(body, by)
            found.append((self.at(day), step(lambda act: lifecycle.amend(act, kept["id"], changes, reason))))
        if tale.postponed:
            day, cause = tale.postponed
            found.append((self.at(day), step(lambda act: lifecycle.postpone(act, kept["id"], cause))))
        if tale.cancelled:
            day, why = tale.cancelled
            found.append((self.at(day), step(lambda act: lifecycle.cancel(act, kept["id"], why))))
        if tale.completed:
            day, remarks = tale.completed
            outcome: dict[str, object] = {"remarks": remarks}
            found.append((self.at(day), step(lambda act: lifecycle.complete(act, kept["id"], outcome))))
        return found

    def _acknowledge(self, party: str, kept: dict[str, str], revision: int) -> Callable[[], Awaitable[None]]:
        async def scene() -> None:
            via = replace(self.actor(party, "officer"), via="api" if party == "OAS" else "page")
            async with self.office.act(via) as act:
                await acknowledgements.acknowledge(act, kept["id"], revision)

        return scene

    def _observer(self, tale: Tale, host: Actor, kept: dict[str, str], visitor: Visitor, i: int) -> list[Scene]:
        party, name, function, fate = visitor
        officer, account = self.actor(party, "officer"), self._account(party, name)
        address = account.email if account else f"{_ascii(name.split()[-1])}@{party.lower()}.example"
        made: dict[str, str] = {}

        async def request() -> None:
            async with self.office.act(self.actor(party, "observer")) as act:
                made["id"] = str((await requests.request(act, kept["id"]))["id"])

        async def nominate() -> None:
            person = Observer(name, address, officer.language, rank_of(name), function)
            async with self.office.act(officer) as act:
                made["id"] = str((await requests.nominate(act, kept["id"], person))["id"])

        async def approve() -> None:
            async with self.office.act(host) as act:
                await decisions.approve(act, made["id"])

        async def answer() -> None:
            async with self.office.act(account.actor if account else officer) as act:
                await replies.reply(act, made["id"], fate)

        found: list[Scene] = [(self.at(tale.told + 3 + i % 4, 16), request if fate == "requested" else nominate)]
        if fate in ("approved", "accepted", "tentative", "declined"):
            found.append((self.at(tale.told + 7, 17), approve))
        if fate in ("accepted", "tentative", "declined"):
            answered = max(tale.told + 9, tale.moved[0] + 2) if tale.moved else tale.told + 9
            found.append((self.at(answered, 18), answer))
        return found

    def _account(self, party: str, name: str) -> Account | None:
        return next((a for a in self.accounts if a.party == party and a.role == "observer" and a.name == name), None)

    def _draft(self, state: str, body: dict[str, object]) -> Callable[[], Awaitable[None]]:
        async def scene() -> None:
            async with self.office.act(self.actor(state, "officer")) as act:
                await drafts.create(act, body)

        return scene


def _day_of_change(tale: Tale) -> int:
    """The day of the second revision; each tale has at most one."""
    changes = (tale.moved, tale.postponed, tale.cancelled, tale.completed)
    return next((change[0] for change in changes if change), tale.told)


def _later(local: str, days: int) -> str:
    day = date.fromisoformat(local[:10]) + timedelta(days=days)
    return day.isoformat() + local[10:]


def _ascii(name: str) -> str:
    """A surname as a mail address has it: “Rincón” is rincon."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
