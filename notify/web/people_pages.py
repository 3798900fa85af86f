"""Managing accounts: a manager her party's people; an administrator the node's, and every party's managers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import people, person
from notify.accounts.care import givable
from notify.accounts.person import Person
from notify.actor import Actor
from notify.errors import NotVisible, Refused
from notify.language import Text, text
from notify.office import Act
from notify.web.account_letters import owe
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit

NODE = "node"
"""In the form of an invitation: nobody's people but the node's own."""


async def listing(request: Request) -> Response:
    """GET /people"""
    visit = Visit.of(request)
    actor = _manager(visit)
    async with visit.office.database.read() as connection:
        found = await person.list_for(connection, actor)
    by_party: dict[str | None, list[Person]] = {}
    for each in found:
        by_party.setdefault(each.party, []).append(each)
    return page(request, "people.html", groups=list(by_party.items()))


async def invite(request: Request) -> Response:
    """/people/invite"""
    visit = Visit.of(request)
    actor = _manager(visit)
    if request.method == "GET":
        language = visit.party.language if visit.party is not None else visit.language
        return _invite_page(request, visit, actor, Form({"language": language, "party": NODE}))
    form = await posted(request)
    named = form.get("party") if actor.has("administrator") else ""
    party = None if named in ("", NODE) else named
    try:
        async with visit.office.act(actor) as act:
            due = await people.invite(
                act,
                form.text("name") or "",
                form.text("email") or "",
                form.choices("roles"),
                form.get("language"),
                form.text("rank") or "",
                form.text("function") or "",
                party,
            )
            await owe(act, due)
    except Refused as refused:
        form.refuse_whole(refused)
        return _invite_page(request, visit, actor, form, refused.status)
    said = text("An invitation is on its way to %(address)s. Its link holds for seven days.", address=form.get("email"))
    return redirect(request, "/people", said=said)


async def show(request: Request) -> Response:
    """GET /people/{id}"""
    visit = Visit.of(request)
    return await _person_page(request, visit, _manager(visit), Form())


async def change_roles(request: Request) -> Response:
    """POST /people/{id}/roles"""
    visit = Visit.of(request)
    actor = _manager(visit)
    form = await posted(request)
    kept = await _roles_out_of_reach(request, visit, actor)
    roles = [*form.choices("roles"), *kept]

    async def change(act: Act) -> None:
        await people.change_roles(act, str(request.path_params["id"]), roles)

    return await _do(request, form, change, text("The roles are changed. They hold from the person’s next page on."))


async def reset(request: Request) -> Response:
    """POST /people/{id}/reset: a letter with a link; an invitation that was not taken up is sent once more."""

    async def send(act: Act) -> None:
        await owe(act, await people.reset(act, str(request.path_params["id"])))

    return await _do(request, await posted(request), send, text("A mail with a link is on its way."))


async def disable(request: Request) -> Response:
    """POST /people/{id}/disable"""

    async def stop(act: Act) -> None:
        await people.disable(act, str(request.path_params["id"]))

    said = text(
        "The account is disabled: its sessions are closed and its tokens revoked. "
        "If its person knows addresses of official feeds, renew them on the page of subscriptions."
    )
    return await _do(request, await posted(request), stop, said)


async def enable(request: Request) -> Response:
    """POST /people/{id}/enable"""

    async def start(act: Act) -> None:
        await people.enable(act, str(request.path_params["id"]))

    return await _do(request, await posted(request), start, text("The account is enabled again, with its password."))


async def _do(request: Request, form: Form, verb: Callable[[Act], Awaitable[None]], said: Text) -> Response:
    visit = Visit.of(request)
    actor = _manager(visit)
    try:
        async with visit.office.act(actor) as act:
            await verb(act)
    except NotVisible:
        raise
    except Refused as refused:
        form.refuse_whole(refused)
        return await _person_page(request, visit, actor, form, refused.status)
    return redirect(request, f"/people/{request.path_params['id']}", said=said)


def _manager(visit: Visit) -> Actor:
    actor = visit.signed_in()
    actor.require("manage", "manager", "administrator")
    return actor


async def _person(request: Request, visit: Visit, actor: Actor) -> Person:
    async with visit.office.database.read() as connection:
        return await person.in_care_of(connection, actor, str(request.path_params["id"]))


async def _roles_out_of_reach(request: Request, visit: Visit, actor: Actor) -> list[str]:
    """Roles that the person keeps, since the form does not offer what the actor cannot give."""
    found = await _person(request, visit, actor)
    return sorted(found.roles - givable(actor, found.party))


async def _person_page(request: Request, visit: Visit, actor: Actor, form: Form, status: int = 200) -> Response:
    found = await _person(request, visit, actor)
    if not form.has("roles"):
        form.put("roles", sorted(found.roles))
    roles = givable(actor, found.party)
    return page(request, "person.html", status=status, form=form, person=found, roles=roles)


def _invite_page(request: Request, visit: Visit, actor: Actor, form: Form, status: int = 200) -> Response:
    parties: list[tuple[str, str]] = []
    if actor.has("administrator"):
        parties = sorted(((p.code, p.name(visit.language)) for p in visit.directory.all()), key=lambda each: each[1])
        roles = givable(actor, None) | {"manager"}
    else:
        roles = givable(actor, actor.party)
    return page(request, "invite.html", status=status, form=form, parties=parties, roles=roles, node=NODE)
