"""Signing in and out, and the way back in for who lost a password or was just invited."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import links, passwords
from notify.accounts.addresses import mailbox
from notify.accounts.links import VISITOR, Link
from notify.accounts.signin import authenticate
from notify.accounts.throttle import Throttle
from notify.errors import Invalid, NotSignedIn, NotVisible, TooMany
from notify.language import text
from notify.office import Office
from notify.web.account_letters import owe
from notify.web.demo_accounts import accounts, parties
from notify.web.forms import Form
from notify.web.opening import entered, left, open_session
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import local_path, posted
from notify.web.visit import visitor_address


async def sign_in(request: Request) -> Response:
    """/signin"""
    if request.method == "GET":
        url = local_path(request.query_params.get("next", ""))
        if getattr(request.state, "actor", None) is not None:
            return redirect(request, url)
        return _sign_in_page(request, Form(), url)
    form = await posted(request)
    url = local_path(form.get("next"))
    email, password = form.text("email"), form.get("password")
    if email is None:
        form.fault("email", text("Write your mail address."))
    if not password:
        form.fault("password", text("Write your password."))
    if email is None or form.refused:
        return _sign_in_page(request, form, url, 422)
    office: Office = request.app.state.office
    throttle: Throttle = request.app.state.throttle
    try:
        person = await authenticate(office, throttle, email, password, visitor_address(request))
    except (NotSignedIn, TooMany) as refused:
        form.refuse_whole(refused)
        response = _sign_in_page(request, form, url, 429 if isinstance(refused, TooMany) else 422)
        if refused.retry_after is not None:
            response.headers["Retry-After"] = str(refused.retry_after)
        return response
    async with office.act(person.actor()) as act:
        token = await open_session(request, act, person.id)
    return await entered(request, token, url)


async def sign_out(request: Request) -> Response:
    """POST /signout"""
    await posted(request)
    return await left(request, "/signin", said=text("You have signed out."))


async def forgot(request: Request) -> Response:
    """/forgot: the answer is the same whether there is an account with the address or not."""
    if request.method == "GET":
        return page(request, "forgot.html", form=Form())
    form = await posted(request)
    email = form.text("email")
    if email is None:
        form.fault("email", text("Write your mail address."))
        return page(request, "forgot.html", status=422, form=form)
    office: Office = request.app.state.office
    throttle: Throttle = request.app.state.throttle
    try:
        await throttle.ask_for_letter(office.vault.pseudonym(mailbox(email)), visitor_address(request))
    except TooMany as refused:
        form.refuse_whole(refused)
        response = page(request, "forgot.html", status=429, form=form)
        response.headers["Retry-After"] = str(refused.retry_after)
        return response
    async with office.act(VISITOR) as act:
        due = await links.forgot(act, email)
        if due is not None:
            await owe(act, due)
    said = text("If there is an account with this address, a mail with a link is on its way to it.")
    return redirect(request, "/signin", said=said)


async def welcome(request: Request) -> Response:
    """/welcome/{token}: the link of an invitation or of a lost password sets a password, and signs in."""
    office: Office = request.app.state.office
    token = str(request.path_params["token"])
    async with office.database.read() as connection:
        link = await links.find(connection, token, office.clock())
    if link is None:
        raise NotVisible(text("This link was used already or has expired. Ask for a new one on the sign-in page."))
    if request.method == "GET":
        return page(request, "welcome.html", form=Form(), link=link)
    form = await posted(request)
    password = form.get("password")
    if not _is_chosen(form, link):
        return page(request, "welcome.html", status=422, form=form, link=link)
    hashed = await passwords.hash_password(password)
    async with office.act(link.actor()) as act:
        person_id = await links.take_up(act, token, hashed)
        session = await open_session(request, act, person_id)
    said = text("Your password is set. Welcome.") if link.purpose == "invite" else text("Your new password is set.")
    return await entered(request, session, "/", said=said)


def _is_chosen(form: Form, link: Link) -> bool:
    """Whether the two fields hold one password that will do; faults stand beside them otherwise."""
    try:
        passwords.check(form.get("password"), link.email)
    except Invalid as refused:
        form.refuse(refused.faults)
    else:
        if form.get("repeat") != form.get("password"):
            form.fault("repeat", text("This is not the same password. Write it once more."))
    return not form.refused


def _sign_in_page(request: Request, form: Form, url: str, status: int = 200) -> Response:
    return page(
        request,
        "signin.html",
        status=status,
        form=form,
        next=url,
        demo_accounts=accounts(request),
        demo_parties=parties(request),
    )
