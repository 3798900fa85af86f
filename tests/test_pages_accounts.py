"""Signing in and out, the links of invitations and lost passwords, one's own account, and tokens for programs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from notify.accounts import sessions, signin, tokens
from notify.accounts.tables import people
from notify.accounts.throttle import Throttle
from notify.actor import Actor
from notify.office import Office
from notify.web.account import browser_words
from notify.web.cookies import SESSION
from tests.support.clock import Clock
from tests.support.people import enrol
from tests.support.premises import Premises, Window
from tests.support.visiting import words_of

WORD = "seven llamas on a wall"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def premises(office_sqlite: Office) -> Premises:
    return Premises(office_sqlite)


@pytest.fixture
async def ana(premises: Premises) -> Actor:
    made = await enrol(premises.office, "PER", "officer", name="Ana Quispe", language="en")
    await premises.set_password(made, WORD)
    return made


async def sessions_of(premises: Premises, who: Actor) -> list[str]:
    async with premises.office.database.read() as connection:
        found = await sessions.list_of(connection, who.person_id or "", premises.office.clock())
    return [session.browser for session in found]


# Signing in


async def test_signing_in_leads_to_the_page_that_was_asked_for(premises: Premises, ana: Actor) -> None:
    async with premises.window() as window:
        answer = await window.client.get("/subscriptions?a=b")
        assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/subscriptions%3Fa%3Db")
        page = await window.html(answer.headers["location"])
        assert 'name="next" value="/subscriptions?a=b"' in page
        fields = {"email": "  " + (await premises.address(ana)).upper(), "password": WORD, "next": "/account"}
        answer = await window.send("/signin", "/signin", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Max-Age" not in cookie
        assert "Ana Quispe" in await window.words("/account")
        assert (await window.client.get("/signin?next=/tokens")).headers["location"] == "/tokens"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
async def test_signing_in_never_leads_elsewhere(premises: Premises, ana: Actor, elsewhere: str) -> None:
    fields = {"email": await premises.address(ana), "password": WORD, "next": elsewhere}
    async with premises.window() as window:
        assert (await window.send("/signin", "/signin", fields)).headers["location"] == "/"


async def test_a_wrong_password_and_an_unknown_account_look_the_same(premises: Premises, ana: Actor) -> None:
    async with premises.window() as window:
        known = await window.refused(
            "/signin", "/signin", {"email": await premises.address(ana), "password": "not the password"}
        )
        unknown = await window.refused(
            "/signin", "/signin", {"email": "nobody@per.example", "password": "not the password"}
        )
        assert "The mail address or the password is not right." in known
        assert known == unknown
        again = await window.send("/signin", "/signin", {"email": "nobody@per.example", "password": "not the password"})
    assert "Error: Sign in" in again.text and 'value="nobody@per.example"' in again.text
    assert "not the password" not in again.text
    assert await sessions_of(premises, ana) == []


async def test_blank_fields_are_named(premises: Premises) -> None:
    async with premises.window() as window:
        page = await window.refused("/signin", "/signin", {"email": " "})
    assert "There are 2 things to correct" in page
    assert "Write your mail address." in page and "Write your password." in page


@pytest.mark.slow
async def test_guessing_is_slowed_down(premises: Premises, ana: Actor) -> None:
    async with premises.window() as window:
        fields = {"email": await premises.address(ana), "password": "a guess of the password"}
        for _ in range(10):
            await window.refused("/signin", "/signin", fields)
        answer = await window.send("/signin", "/signin", {**fields, "password": WORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 300
    assert "Too many tries." in words_of(answer.text)


async def test_signing_out_closes_the_session_on_the_server(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        kept = window.client.cookies[SESSION]
        assert "You have signed out." in await window.do("/signout", "/account")
        window.client.cookies.set(SESSION, kept)
        assert (await window.client.get("/account")).status_code == 303
    assert await sessions_of(premises, ana) == []


async def test_a_forged_form_does_nothing(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        await window.html("/account")
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-origin"}, {}):
            answer = await window.client.post("/signout", data={"csrf": "x.y"}, headers=headers)
            assert answer.status_code == 403, headers
    assert await sessions_of(premises, ana) == ["test"]


# The links of letters


async def test_a_lost_password_is_set_anew_by_a_link(premises: Premises, ana: Actor) -> None:
    address = await premises.address(ana)
    async with premises.window(ana), premises.window() as window:
        known = await window.do("/forgot", "/forgot", {"email": address})
        unknown = await window.do("/forgot", "/forgot", {"email": "nobody@per.example"})
        assert known == unknown
        assert "If there is an account with this address, a mail with a link is on its way to it." in known
        assert [to for to, _ in await premises.letters("reset")] == [address]
        link = await premises.link("reset")
        assert f"Ana Quispe, choose a new password for {address}." in await window.words(link)
        page = await window.refused(link, link, {"password": "short", "repeat": "short"})
        assert "Use 12 characters or more." in page
        page = await window.refused(link, link, {"password": "nine condors in a row", "repeat": "nine condors in row"})
        assert "This is not the same password." in page
        assert await sessions_of(premises, ana) == ["test"]
        both = {"password": "nine condors in a row", "repeat": "nine condors in a row"}
        assert (await window.send(link, link, both)).headers["location"] == "/"
        assert "Your new password is set." in await window.words("/account")
        assert len(await sessions_of(premises, ana)) == 1  # the others were opened with the old password
        assert "This link was used already or has expired." in await window.words(link, 404)


async def test_an_invitation_is_taken_up_in_its_own_language(premises: Premises) -> None:
    manager = await enrol(premises.office, "PER", "manager", language="en")
    fields = {"name": "Luz Ramos", "email": "luz@per.example", "language": "pt", "roles": ["officer", "observer"]}
    async with premises.window(manager) as window:
        page = await window.do("/people/invite", "/people/invite", fields)
        assert "An invitation is on its way to luz@per.example." in page
    link = await premises.link("invite")
    assert link.endswith("?lang=pt")
    async with premises.window() as window:
        assert '<html lang="pt"' in await window.html(link)
        both = {"password": WORD, "repeat": WORD}
        assert (await window.send(link.partition("?")[0], link, both)).status_code == 303
        assert "Luz Ramos" in await window.html("/account")


async def test_a_link_expires(office_sqlite: Office, clock: Clock) -> None:
    premises = Premises(office_sqlite)
    lost = await enrol(premises.office, "PER", "officer")
    await premises.set_password(lost, WORD)
    async with premises.window() as window:
        await window.do("/forgot", "/forgot", {"email": await premises.address(lost)})
        link = await premises.link("reset")
        clock.advance(hours=1, seconds=1)
        await window.words(link, 404)


# One's own account


async def test_the_language_of_the_account_holds_from_then_on(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        await window.html("/account?lang=fr")  # a choice of the browser's, which gives way
        await window.do("/account/language", "/account", {"language": "es"})
        assert '<html lang="es"' in await window.html("/account")
        refusal = await window.send("/account/language", "/account", {"language": "xx"})
        assert refusal.status_code == 422
    async with premises.office.database.read() as connection:
        query = sa.select(people.c.language).where(people.c.id == ana.person_id)
        assert await connection.scalar(query) == "es"


async def test_changing_the_password_asks_for_the_present_one_and_closes_other_sessions(
    premises: Premises, ana: Actor
) -> None:
    new = "nine condors in a row"
    async with premises.window(ana, agent="another"), premises.window(ana, agent="this") as window:
        page = await window.refused("/account/password", "/account", {"current": "guess", "new": "short"})
        assert "This is not your password now." in page and "Use 12 characters or more." in page
        assert len(await sessions_of(premises, ana)) == 2
        assert "Your password is changed." in await window.do(
            "/account/password", "/account", {"current": WORD, "new": new}
        )
        assert await sessions_of(premises, ana) == ["this"]
    async with premises.window() as window:
        fields = {"email": await premises.address(ana), "password": new}
        assert (await window.send("/signin", "/signin", fields)).status_code == 303


@pytest.mark.slow
async def test_whoever_finds_a_browser_open_cannot_guess_the_password_there(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        guess = {"current": "a guess of the password", "new": "nine condors in a row"}
        for _ in range(10):
            await window.refused("/account/password", "/account", guess)
        answer = await window.send("/account/password", "/account", {**guess, "current": WORD})
    assert answer.status_code == 429
    elsewhere = "198.51.100.9"
    await signin.authenticate(premises.office, Throttle(), await premises.address(ana), WORD, elsewhere)


async def test_sessions_are_listed_and_closed(premises: Premises, ana: Actor) -> None:
    async with (
        premises.window(ana, agent=FIREFOX),
        premises.window(ana, agent="second"),
        premises.window(ana, agent="third") as window,
    ):
        html = await window.html("/account")
        assert "Firefox on Windows" in html
        ids = re.findall(r'name="session" value="([^"]+)"', html)
        assert len(ids) == 2  # not of this one: it signs out
        page = await window.do("/account/sessions", "/account", {"session": ids[0]})
        assert "1 session is closed." in page
        assert len(await sessions_of(premises, ana)) == 2
        other = await enrol(premises.office, "PER", "officer")
        async with premises.window(other) as theirs:
            assert (await theirs.send("/account/sessions", "/account", {"session": ids[1]})).status_code == 404
        await window.do("/account/sessions", "/account")
        assert await sessions_of(premises, ana) == ["third"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari on iOS"),
        ("curl/8.5", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, words: str) -> None:
    assert str(browser_words(agent)) == words


# Tokens


async def make_token(window: Window, name: str = "Importer", scopes: str = "read") -> str:
    answer = await window.send("/tokens", "/tokens", {"name": name, "scopes": scopes, "days": "30"})
    assert answer.status_code == 200, words_of(answer.text)
    found = re.search(r"<code>(csbm_[\w-]+)</code>", answer.text)
    assert found is not None
    return found[1]


async def test_a_token_is_shown_once_and_works(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        secret = await make_token(window)
        assert secret not in await window.html("/tokens")
        assert "Importer" in await window.words("/tokens")
    now = premises.office.clock()
    async with premises.office.database.read() as connection:
        found = await tokens.find(connection, secret, now)
        gone = await tokens.find(connection, secret, now + timedelta(days=30))
    assert found is not None and found.actor.scopes == {"read"} and found.actor.person_id == ana.person_id
    assert gone is None


async def test_a_token_may_do_no_more_than_its_maker(premises: Premises, ana: Actor) -> None:
    async with premises.window(ana) as window:
        assert 'value="manage"' not in await window.html("/tokens")
        page = await window.refused("/tokens", "/tokens", {"name": "", "scopes": ["read", "manage"], "days": "9999"})
    assert "Name it after the program that will use it." in page
    assert "Choose only scopes that you can use yourself" in page
    assert "Choose from 1 to 366 days." in page


async def test_a_manager_revokes_tokens_of_her_party_alone(premises: Premises, ana: Actor) -> None:
    manager = await enrol(premises.office, "PER", "manager")
    stranger = await enrol(premises.office, "BOL", "manager")
    async with premises.window(ana) as window:
        secret = await make_token(window, "Ana’s own")
        path = re.search(r'action="(/tokens/[^"]+/revoke)"', await window.html("/tokens"))
    assert path is not None
    assert "Ana’s own" not in await premises.words(stranger, "/tokens")
    async with premises.window(stranger) as window:
        assert (await window.send(path[1], "/tokens")).status_code == 404
    async with premises.window(manager) as window:
        assert "Ana’s own" in await window.words("/tokens")
        assert "The token is revoked" in await window.do(path[1], "/tokens")
    async with premises.office.database.read() as connection:
        assert await tokens.find(connection, secret, premises.office.clock()) is None


@pytest.mark.parametrize("path", ["/account", "/tokens", "/people", "/subscriptions", "/observers", "/my-attendance",
                                  "/neighbours", "/parties", "/audit", "/operation"])  # fmt: skip
async def test_a_page_asks_who_comes_to_sign_in_first(premises: Premises, path: str) -> None:
    async with premises.window() as window:
        assert (await window.client.get(path)).headers["location"] == f"/signin?next={path}"
