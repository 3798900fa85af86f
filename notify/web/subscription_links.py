"""The links in mails of subscriptions: one confirms an address, one ends a personal subscription. No signing in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.delivery import subscriptions
from notify.delivery.subscription_links import CONFIRM, UNSUBSCRIBE, by_link
from notify.delivery.subscription_models import Subscription
from notify.errors import NotVisible
from notify.language import text
from notify.office import Office
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted


async def confirm(request: Request) -> Response:
    """/confirm/{token}: GET shows, POST confirms"""
    row = await _row(request, CONFIRM)
    if request.method == "GET":
        return page(request, "confirm.html", form=Form(), row=row)
    await posted(request)
    await subscriptions.confirm(_office(request), _token(request))
    return redirect(request, request.url.path, said=text("The address is confirmed."))


async def unsubscribe(request: Request) -> Response:
    """/unsubscribe/{token}: GET shows, POST ends it

    A mail program's own POST (RFC 8058) has neither cookie nor token of a form: its body is
    ``List-Unsubscribe=One-Click``, and the link alone is enough.
    """
    row = await _row(request, UNSUBSCRIBE)
    if row["kind"] != "personal":
        raise NotVisible()
    if request.method == "GET":
        return page(request, "unsubscribe.html", form=Form(), row=row)
    sent = await request.form()
    one_click = sent.get("List-Unsubscribe") == "One-Click"
    if not one_click:
        await posted(request)
    row = await subscriptions.unsubscribe(_office(request), _token(request))
    if one_click:
        return page(request, "unsubscribe.html", form=Form(), row=row)
    return redirect(request, request.url.path, said=text("The subscription is ended. No mail goes to this address."))


async def _row(request: Request, purpose: str) -> Subscription:
    office = _office(request)
    async with office.database.read() as connection:
        return await by_link(connection, office, _token(request), purpose)


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _token(request: Request) -> str:
    return str(request.path_params["token"])
