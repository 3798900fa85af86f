"""Every door of the house: each page, operation of the API and feed, and what one viewer gets at each of them.

The doors are read off the tables of routes: one that is added is looked behind without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import httpx2
from starlette.applications import Starlette

from notify.accounts import sessions
from notify.actor import Actor
from notify.api.operations import PREFIX
from notify.api.routes import OPERATIONS
from notify.feeds.routes import FILES
from notify.ids import new_id
from notify.office import Office
from notify.web.cookies import SESSION
from notify.web.routes import page_routes
from tests.support.api import make_token
from tests.support.feeds import subscribed
from tests.support.people import enrol

HOME = "http://127.0.0.1:8000"

_RUNS_THE_NODE = ("/operation",)
"""Figures of the whole node, for administrators alone: they count deliveries of every notice, and name none."""

_NOT_OURS = ("/static/", "/welcome/", "/confirm/", "/unsubscribe/", "/answer/", "/acknowledge/")
"""Files, and links that act: who holds one was given it by a mail."""

_STEPS = ("when-where", "readers")
_CSRF = re.compile(rb'(name="csrf" value=")[^"]*"')
_OF_A_REQUEST = {"x-request-id", "set-cookie", "date"}


@dataclass(frozen=True)
class Seen:
    """One answer, without what differs from request to request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Viewer:
    """Somebody who looks, with what they show at each door; ``actor`` None is the public."""

    name: str
    actor: Actor | None = None
    cookie: str = ""
    token: str = ""
    feed: str = "public"
    csrf: str = ""

    @property
    def party(self) -> str | None:
        """Whose eyes these are."""
        return self.actor.party if self.actor else None


@dataclass
class House:
    """An application, and a way in for each viewer. What they are shown is asked for without a network."""

    app: Starlette
    viewers: dict[str, Viewer] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """The application's own."""
        office = self.app.state.office
        assert isinstance(office, Office)
        return office

    async def let_in(self, name: str, party: str | None, *roles: str) -> Viewer:
        """Give somebody with these roles a session, a token and, if of a party, a personal feed."""
        actor = await enrol(self.office, party, *roles)  # type: ignore[arg-type]
        async with self.office.act(actor) as act:
            cookie, _ = await sessions.open(act, str(actor.person_id), "tests")
        viewer = Viewer(name, actor, cookie, await make_token(self.office, actor))
        if party is not None:
            viewer.feed = await subscribed(self.office, actor, "en")
        self.viewers[name] = viewer
        return viewer

    async def look(self, viewer: Viewer, doors: Iterable[str]) -> dict[str, Seen]:
        """What a viewer gets at each door, which is the path of a GET."""
        async with self._client() as client:
            return {door: await self._send(client, viewer, "GET", door) for door in doors}

    async def knock(self, viewer: Viewer, verb: str, path: str) -> Seen:
        """What a viewer gets for any other verb; a form carries its token, a call of the API an empty object."""
        async with self._client() as client:
            if not viewer.csrf:
                page = await self._request(client, viewer, "GET", "/account" if viewer.actor else "/signin")
                found = re.search(r'name="csrf" value="([^"]*)"', page.text)
                assert found is not None
                viewer.csrf = found[1]
            return await self._send(client, viewer, verb, path)

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url=HOME)

    async def _send(self, client: httpx2.AsyncClient, viewer: Viewer, verb: str, path: str) -> Seen:
        answer = await self._request(client, viewer, verb, path)
        headers = tuple(sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in _OF_A_REQUEST))
        return Seen(answer.status_code, headers, _CSRF.sub(rb'\1"', answer.content))

    async def _request(self, client: httpx2.AsyncClient, viewer: Viewer, verb: str, path: str) -> httpx2.Response:
        client.cookies.clear()
        headers = {"accept-language": "en"}
        if path.startswith("/api/"):
            if viewer.token:
                headers["authorization"] = f"Bearer {viewer.token}"
            if verb not in ("GET", "DELETE"):
                return await client.request(verb, path, headers=headers, json={})
        elif viewer.cookie and not path.startswith("/feeds/"):
            headers["cookie"] = f"{SESSION}={viewer.cookie}"
        if verb == "POST":
            headers["origin"] = HOME
            return await client.request(verb, path, headers=headers, data={"csrf": viewer.csrf, "reply": "accepted"})
        return await client.request(verb, path, headers=headers)


def common_doors(viewer: Viewer, *words: str) -> list[str]:
    """What everybody can open without knowing of any notice, and a search for each of ``words`` in lists and feeds."""
    doors = [path for path in _plain(_pages("GET")) if not path.startswith(_RUNS_THE_NODE)]
    doors += [PREFIX + path for path in _plain(_operations("GET"))]
    doors += [f"{PREFIX}/events?after=1", f"{PREFIX}/parties/PER", f"{PREFIX}/adjacency"]
    searches = [f"q={word}" for word in words]
    narrowed = ["limit=200", "state=PER", "bbox=-82,-19,-68,0", "test=true", "measure=4&status=published,cancelled"]
    doors += [f"{PREFIX}/notices?{query}" for query in (*narrowed, *searches)]
    doors += [f"{place}?{query}" for place in ("/inbox", "/notices") for query in ("state=PER", *searches)]
    if viewer.party is not None or viewer.actor is None:  # the public's feeds are the public's to look at
        doors += [f"/feeds/{viewer.feed}/{name}" for name in FILES]
        doors += [f"/feeds/{viewer.feed}/notices.json?{query}" for query in searches]
    return list(dict.fromkeys(doors))


def main_doors(notice_id: str) -> list[str]:
    """Some of `notice_doors`: where a notice is shown, in each form that it has."""
    of_pages = ("", "/map.svg", "/calendar.ics", "/revisions/1", "/attendance")
    of_api = ("", "/revisions", "/recipients", "/deliveries", "/acknowledgements", "/attendance")
    pages = [f"/notices/{notice_id}{more}" for more in of_pages]
    return pages + [f"{PREFIX}/notices/{notice_id}{more}" for more in of_api]


def notice_doors(notice_id: str) -> list[str]:
    """Whatever can be asked of one notice by GET."""
    return list(_filled(_of_notices([*_pages("GET"), *_operations("GET", PREFIX)]), notice_id))


def hidden_acts(notice_id: str, attendance_id: str) -> list[tuple[str, str]]:
    """(verb, path) of whatever can be done to one notice, or to one observer of it, by the other verbs."""
    acts: list[tuple[str, str]] = []
    for verb in ("POST", "PUT", "DELETE", "PATCH"):
        routes = [*_pages(verb), *_operations(verb, PREFIX)]
        acts += [(verb, path) for path in _filled(_of_notices(routes), notice_id)]
        acts += [(verb, path) for path in _filled((r for r in routes if "/attendance/{id}" in r), attendance_id)]
    for path in _filled((r for r in [*_pages("GET"), *_operations("GET", PREFIX)] if "/attendance/{id}" in r),
                        attendance_id):  # fmt: skip
        acts.append(("GET", path))
    return acts


def unclassified() -> list[str]:
    """Routes with a name in their path that nothing here fills: a new kind of door."""
    known = re.compile(r"/(notices|attendance|people|subscriptions|tokens|deliveries|parties)/\{(id|code)\}")
    routes = {path for verb in ("GET", "POST", "PUT", "DELETE") for path in [*_pages(verb), *_operations(verb)]}
    return sorted(path for path in routes if "{" in path and not known.search(path) and not path.startswith(_NOT_OURS))


def another_id() -> str:
    """An identifier of nothing."""
    return new_id()


def _pages(verb: str) -> list[str]:
    return [route.path for route in page_routes(False) if verb in (route.methods or ())]


def _operations(verb: str, prefix: str = "") -> list[str]:
    return [prefix + operation.path for operation in OPERATIONS if operation.verb == verb]


def _plain(paths: Iterable[str]) -> Iterator[str]:
    return (path for path in paths if "{" not in path)


def _of_notices(paths: Iterable[str]) -> Iterator[str]:
    return (path for path in paths if "/notices/{id}" in path)


def _filled(paths: Iterable[str], one: str) -> Iterator[str]:
    for path in paths:
        found = path.replace("{id}", one).replace("{n}", "1")
        yield from ([found.replace("{step}", step) for step in _STEPS] if "{step}" in found else [found])
