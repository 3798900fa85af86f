"""Over what a party and its people are told: listed, added, tried, switched off and on, ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from notify.actor import Actor
from notify.delivery import deliveries, pings, subscriptions
from notify.delivery.subscription_models import Made, NewSubscription, SubscriptionChange
from notify.digits import whole
from notify.errors import NotVisible, Refused
from notify.language import Text, text
from notify.notices.bodies import parse_body
from notify.office import Act
from notify.parties.adjacency import RULES
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.subscription_rows import Shown, feed_urls, shown_of
from notify.web.visit import Visit
from notify.words import word

_FIELDS = ("kind", "channel", "address", "language", "filters-measures", "filters-states", "filters-rules")


async def listing(request: Request) -> Response:
    """GET /subscriptions"""
    return await _listing_page(request, Form())


async def new(request: Request) -> Response:
    """/subscriptions/new: a mail address, a webhook or a feed; a secret or a feed's address is shown this once"""
    visit, actor = _subscriber(request)
    if request.method == "GET":
        kind = "official" if request.query_params.get("kind") == "official" and actor.has("manager") else "personal"
        return _new_page(request, visit, Form({"kind": kind, "channel": "email", "language": visit.language}))
    form = await posted(request)
    try:
        body = parse_body(NewSubscription, _body(form))
        async with visit.office.act(actor) as act:
            made = await subscriptions.create(act, body)
    except Refused as refused:
        _refuse(form, refused)
        return _new_page(request, visit, form, refused.status)
    if made.row["channel"] == "email":
        said = text("A mail with a link is on its way to %(to)s. The subscription works once the link is followed.",
                    to=made.row["address"])  # fmt: skip
        return redirect(request, "/subscriptions", said=said)
    return _made_page(request, visit, made)


async def show(request: Request) -> Response:
    """GET /subscriptions/{id}"""
    return await _one_page(request, Form())


async def change(request: Request) -> Response:
    """POST /subscriptions/{id}: language and filters"""
    form = await posted(request)

    async def changed(act: Act, subscription_id: str) -> None:
        row = await subscriptions.get(act.connection, act.actor, subscription_id)
        filters = _filters(form) or {} if row["kind"] == "personal" else None
        body = parse_body(SubscriptionChange, {"language": form.choice("language"), "filters": filters})
        await subscriptions.change(act, subscription_id, body)

    return await _do(request, form, changed, text("The subscription is changed."))


async def send_test(request: Request) -> Response:
    """POST /subscriptions/{id}/test"""

    async def sent(act: Act, subscription_id: str) -> None:
        await pings.send_test(act, subscription_id)

    said = text("A trial message is on its way. When it has arrived, “last arrived” here says so.")
    return await _do(request, await posted(request), sent, said)


async def switch(request: Request) -> Response:
    """POST /subscriptions/{id}/on and /off"""
    on = request.url.path.endswith("/on")

    async def switched(act: Act, subscription_id: str) -> None:
        await subscriptions.change(act, subscription_id, SubscriptionChange(active=on))

    said = text("The subscription is switched on.") if on else text("The subscription is switched off.")
    return await _do(request, await posted(request), switched, said)


async def retry(request: Request) -> Response:
    """POST /subscriptions/{id}/retry: once more what was given up, the delivery named by the form"""
    form = await posted(request)

    async def repeated(act: Act, subscription_id: str) -> None:
        await deliveries.retry(act, form.get("delivery"))

    return await _do(request, form, repeated, text("It is being sent once more."))


async def rotate(request: Request) -> Response:
    """POST /subscriptions/{id}/rotate: a new secret or feed address, shown this once"""
    visit, actor = _subscriber(request)
    form = await posted(request)
    try:
        async with visit.office.act(actor) as act:
            made = await subscriptions.rotate_secret(act, _id(request))
    except NotVisible:
        raise
    except Refused as refused:
        _refuse(form, refused)
        return await _one_page(request, form, refused.status)
    return _made_page(request, visit, made)


async def remove(request: Request) -> Response:
    """/subscriptions/{id}/remove: GET asks, POST ends it"""
    visit, actor = _subscriber(request)
    form = Form()
    if request.method == "POST":
        form = await posted(request)
        try:
            async with visit.office.act(actor) as act:
                await subscriptions.delete(act, _id(request))
            said = text("The subscription is removed, and its address erased.")
            return redirect(request, "/subscriptions", said=said)
        except NotVisible:
            raise
        except Refused as refused:
            _refuse(form, refused)
    shown = await _one(request)
    status = 409 if form.refused else 200
    return page(request, "subscription_remove.html", status=status, form=form, shown=shown)


async def _do(request: Request, form: Form, verb: Callable[[Act, str], Awaitable[None]], said: Text) -> Response:
    visit, actor = _subscriber(request)
    try:
        async with visit.office.act(actor) as act:
            await verb(act, _id(request))
    except NotVisible:
        raise
    except Refused as refused:
        _refuse(form, refused)
        return await _one_page(request, form, refused.status)
    return redirect(request, f"/subscriptions/{_id(request)}", said=said)


def _subscriber(request: Request) -> tuple[Visit, Actor]:
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("subscribe", "officer", "manager", "observer")
    return visit, actor


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _body(form: Form) -> dict[str, object]:
    body: dict[str, object] = {name: form.choice(name) for name in ("kind", "channel", "language")}
    if form.get("channel") != "feed":
        body["address"] = form.text("address")
    if form.get("kind") == "personal" and (filters := _filters(form)):
        body["filters"] = filters
    return body


def _filters(form: Form) -> dict[str, object]:
    measures = [number for value in form.choices("filters-measures") if (number := whole(value)) is not None]
    given = {"measures": measures, "states": form.choices("filters-states"), "rules": form.choices("filters-rules")}
    return {name: values for name, values in given.items() if values}


def _refuse(form: Form, refused: Refused) -> None:
    if refused.faults:
        form.refuse(refused.faults, only=_FIELDS)
    else:
        form.refuse_whole(refused)


async def _listing_page(request: Request, form: Form, status: int = 200) -> Response:
    visit, actor = _subscriber(request)
    async with visit.office.database.read() as connection:
        rows = await subscriptions.list_of(connection, actor)
        failed = await deliveries.failed_of(connection, actor)
    shown = shown_of(visit, actor, rows)
    failures: dict[str, int] = {}
    for each in failed:
        if each["mine"]:
            failures[each["subscription_id"]] = failures.get(each["subscription_id"], 0) + 1
    return page(
        request,
        "subscriptions.html",
        status=status,
        form=form,
        official=[each for each in shown if each.row["kind"] == "official"],
        personal=[each for each in shown if each.row["kind"] == "personal"],
        failures=failures,
        most=visit.office.settings.subscriptions_per_party,
    )


async def _one(request: Request) -> Shown:
    visit, actor = _subscriber(request)
    async with visit.office.database.read() as connection:
        await subscriptions.get(connection, actor, _id(request))  # NotVisible, before the others are read
        rows = await subscriptions.list_of(connection, actor)
    return next(each for each in shown_of(visit, actor, rows) if each.row["id"] == _id(request))


async def _one_page(request: Request, form: Form, status: int = 200) -> Response:
    visit, actor = _subscriber(request)
    shown = await _one(request)
    async with visit.office.database.read() as connection:
        failed = await deliveries.failed_of(connection, actor)
    if not form.has("language"):
        form.put("language", shown.row["language"])
        for name, values in (subscriptions.filters_of(shown.row) or {}).items():
            form.put(f"filters-{name}", [str(value) for value in values])
    return page(
        request,
        "subscription.html",
        status=status,
        form=form,
        shown=shown,
        failed=[each for each in failed if each["subscription_id"] == shown.row["id"]],
        **_choices(visit),
    )


def _new_page(request: Request, visit: Visit, form: Form, status: int = 200) -> Response:
    return page(request, "subscription_new.html", status=status, form=form, **_choices(visit))


def _made_page(request: Request, visit: Visit, made: Made) -> Response:
    urls = feed_urls(visit.office.settings.base_url, made.feed_token) if made.feed_token else []
    return page(request, "subscription_made.html", row=made.row, secret=made.secret, urls=urls)


def _choices(visit: Visit) -> dict[str, object]:
    """What filters can be chosen from; a revision after one that was told is always told, whatever they say."""
    states = sorted(((p.code, p.name(visit.language)) for p in visit.directory.states()), key=lambda each: each[1])
    rules = [(name, word("rule", name)) for name, _ in RULES if name != "earlier"]
    return {"states": states, "rules": rules}
