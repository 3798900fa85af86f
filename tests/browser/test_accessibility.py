"""Every page of the product, with its errors too: axe finds nothing, nothing scrolls sideways, the browser is content.

The pages are listed by their routes for each account that opens them; a route that no account opens is a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from notify.web.routes import page_routes
from tests.browser.conftest import Demonstration
from tests.browser.looking import AXE, NARROWEST, TOO_WIDE, faults
from tests.browser.pages import Visit, open_visit, sees, send, sends
from tests.browser.stage import Cast, assemble
from tests.browser.window import SECONDS, Window
from tests.support.receiver import Receiver

LONG = "palabra " * 2_500
"""More than any text may have."""

NONSENSE = {"*": "?", "invites": "yes"}
"""For a step of a notice; the last step has nothing but choices, which cannot be wrong."""

NOT_PAGES = {
    "/home/map.svg": "a picture",
    "/notices/{id}/map.svg": "a picture",
    "/notices/{id}/edit/map.svg": "a picture",
    "/neighbours/map.svg": "a picture",
    "/notices/{id}/area.geojson": "a download",
    "/notices/{id}/calendar.ics": "a download",
    "/notices/{id}/revisions/{n}/signed.json": "a download",
    "/neighbours.csv": "a download",
    "/demo/mail/{name}/invite.ics": "a download",
}
"""What a GET route of the pages answers that is no HTML."""

NO_ROUTES = {"/no-such-page", "/signout"}
"""Visited for the page of the error: there is no such address, or none that is opened."""

ASKED_STEPS = ("postpone", "cancel", "withdraw")
FORM_STEPS = ("what", "when-where", "participants", "observers", "contact", "readers")
OF_A_MEASURE = ("what", "observers")
"""The steps that ask something else for each measure."""


@dataclass(frozen=True)
class Account:
    """Somebody with a language, who opens pages; without ``email`` nobody is signed in."""

    email: str
    language: str
    visits: Sequence[Visit]


VISITOR = (
    sees("/signin"),
    sends("/signin", fields={}),
    sends("/signin", fields={"email": "nadie@per.example", "password": "equivocada"}),
    sees("/forgot"),
    sends("/forgot", fields={}),
    sees("/welcome/{token}", "invitation"),
    sends("/welcome/{token}", "invitation", fields={"password": "corta"}),
    sends("/welcome/{token}", "invitation", fields={"password": "una frase larga", "repeat": "otra frase larga"}),
    sees("/welcome/{token}", "reset"),
    sees("/welcome/{token}", "unknown", status=404),
    sees("/answer/{token}", "answer"),
    sees("/answer/{token}", "answer", query="?reply=declined"),
    sends("/answer/{token}", "answer", fields={"reply": "maybe"}),
    sends("/answer/{token}", "answer", fields={"reply": "tentative"}, status=200),
    sees("/acknowledge/{token}", "acknowledge"),
    sends("/acknowledge/{token}", "acknowledge", fields={}, status=200),
    sees("/confirm/{token}", "confirm"),
    sees("/unsubscribe/{token}", "unsubscribe"),
    sends("/unsubscribe/{token}", "unsubscribe", fields={}, status=200),
    sees("/notices/{id}", "public"),
    sees("/notices/{id}/revisions/{n}", "public", "1"),
    sees("/demo/mail"),
    sees("/demo/mail", query="?to=brasil"),
    sees("/demo/mail/{name}", "mail_calendar"),
    sees("/demo/mail/{name}", "mail_notice"),
    sees("/demo/mail/{name}/html", "mail_calendar"),
    sees("/demo/mail/{name}/html", "mail_notice"),
    sees("/no-such-page", status=404),
    sees("/signout", status=405),
    sends("/signin", fields={"csrf": "elsewhere"}, status=403),
)

HOST = (
    sees("/"),
    sees("/inbox"),
    sees("/inbox", query="?measure=4&state=BRA&status=published&from=2020-01-01&scope=all&unacknowledged=yes"),
    sees("/inbox", query="?q=ninguno"),
    sees("/inbox", query="?measure=99", status=422),
    sees("/notices"),
    sees("/notices", query="?q=ninguno"),
    sees("/notices/{id}", "PUMA"),
    sees("/notices/{id}", "fresh"),
    sees("/notices/{id}", "draft4"),
    sees("/notices/{id}", "submitted"),
    sees("/notices/{id}", "test"),
    sees("/notices/{id}", "withdrawn"),
    sees("/notices/{id}", "cancelled"),
    sees("/notices/{id}/revisions/{n}", "PUMA", "1"),
    sees("/notices/{id}/revisions/{n}", "PUMA", "2"),
    sees("/notices/{id}/attendance", "PUMA"),
    sends("/notices/{id}/attendance", "PUMA", action="/attendance/{approved}/approve", fields={}, status=409),
    sees("/notices/{id}/attendance", "fresh"),
    sees("/attendance/{id}/decline", "endorsed"),
    sends("/attendance/{id}/decline", "endorsed", fields={"reason-es": LONG}),
    sees("/attendance/{id}/revoke", "approved"),
    sends("/attendance/{id}/revoke", "approved", fields={"reason-es": LONG}),
    sees("/observers"),
    sees("/neighbours"),
    sees("/operation", status=403),
)  # fmt: skip

AUTHOR = (
    sees("/notices/new"),
    sends("/notices/new", fields={}),
    sees("/notices/{id}/copy", "PUMA"),
    sends("/notices/{id}/copy", "PUMA", fields={"*": "?"}),
    sees("/notices/{id}/delete", "draft4"),
    sends("/notices/{id}/delete", "draft4", fields={"etag": "stale"}),
    sees("/notices/{id}/edit", "bare4"),
    sees("/notices/{id}/edit", "draft18"),
    *(sees("/notices/{id}/edit/{step}", "draft4", step) for step in FORM_STEPS),
    *(sends("/notices/{id}/edit/{step}", "bare4", step, fields=NONSENSE) for step in FORM_STEPS if step != "readers"),
    *(sees("/notices/{id}/edit/{step}", f"draft{measure}", step) for measure in (5, 18) for step in OF_A_MEASURE),
    *(sends("/notices/{id}/edit/{step}", f"bare{measure}", step, fields=NONSENSE)
      for measure in (5, 18) for step in OF_A_MEASURE),
    sends("/notices/{id}/edit/{step}", "draft4", "what", fields={"etag": "stale", "title-es": "Otro"}, status=412),
    sees("/notices/{id}/review", "draft4"),
    sees("/notices/{id}/review", "draft5"),
    sees("/notices/{id}/review", "draft18"),
    sees("/notices/{id}/review", "bare4"),
    sees("/notices/{id}/review", "submitted"),
    sends("/notices/{id}/review", "bare4", action="/notices/{bare4}/publish", fields={}),
    sees("/notices/{id}/amend", "fresh"),
    *(sees("/notices/{id}/amend/{step}", "fresh", step) for step in FORM_STEPS),
    sends("/notices/{id}/amend/{step}", "fresh", "what", fields={"*": "?"}),
    sends("/notices/{id}/amend/{step}", "fresh", "when-where", fields={"*": "?"}),
    sends("/notices/{id}/amend/{step}", "fresh", "contact", fields={"contact-office": "Otra oficina"}, status=200),
    *(sees(f"/notices/{{id}}/{step}", "fresh") for step in ASKED_STEPS),
    *(sends(f"/notices/{{id}}/{step}", "fresh", fields={"reason-es": LONG}) for step in ASKED_STEPS),
    sees("/notices/{id}/cancel", "withdrawn", status=409),
)  # fmt: skip

RECIPIENT = (
    sees("/"),
    sees("/inbox"),
    sees("/notices"),
    sees("/notices/{id}", "fresh"),
    sends("/notices/{id}", "fresh", action="/notices/{fresh}/acknowledge", fields={"statement-fr": LONG}),
    sees("/notices/{id}", "PUMA"),
    sees("/notices/{id}", "test"),
    sees("/notices/{id}", "withdrawn"),
    sees("/notices/{id}", "postponed"),
    sees("/notices/{id}", "completed"),
    sees("/notices/{id}", "unknown", status=404),
    sees("/notices/{id}/attendance", "PUMA"),
    sees("/notices/{id}/nominate", "fresh"),
    sends("/notices/{id}/nominate", "fresh", fields={}),
    sends("/notices/{id}/nominate", "fresh", fields={"*": "?"}),
    sees("/attendance/{id}/withdraw", "ours"),
    sends("/attendance/{id}/withdraw", "ours", fields={"reason-fr": LONG}),
    sees("/observers"),
    sees("/subscriptions"),
    sees("/subscriptions/new"),
    sends("/subscriptions/new", fields={"address": "?"}),
    sends("/subscriptions/new", fields={"channel": "feed"}, status=200),
    sees("/subscriptions/{id}", "their_feed"),
    sees("/tokens"),
    sends("/tokens", fields={}),
    sends("/tokens", fields={"name": "Sistema", "scopes": "read"}, status=200),
    sees("/account"),
    sends("/account", action="/account/password", fields={}),
    sends("/account", action="/account/language", fields={"language": "xx"}),
    sees("/neighbours", query="?state=BRA"),
)

OBSERVER = (
    sees("/"),
    sees("/inbox"),
    sees("/my-attendance"),
    sees("/notices/{id}", "fresh"),
    sees("/notices/{id}/attendance", "fresh"),
    sends("/notices/{id}/attendance", "fresh", fields={"remarks": LONG}),
    sees("/notices/{id}/attendance", "PUMA"),
    sees("/subscriptions"),
    sees("/account"),
)

MANAGER = (
    sees("/"),
    sees("/people"),
    sees("/people/invite"),
    sends("/people/invite", fields={}),
    sends("/people/invite", fields={"*": "?"}),
    sees("/people/{id}", "invited"),
    sees("/people/{id}", "officer"),
    sends("/people/{id}", "manager", action="/people/{manager}/disable", fields={}, status=409),
    sees("/subscriptions"),
    sees("/subscriptions/new", query="?kind=official"),
    sends("/subscriptions/new", query="?kind=official", fields={"channel": "webhook", "address": "?"}),
    sends("/subscriptions/new", query="?kind=official", status=200,
          fields={"channel": "webhook", "address": "http://127.0.0.1:9/hook"}),
    sees("/subscriptions/{id}", "hook"),
    sends("/subscriptions/{id}", "hook", action="/subscriptions/{hook}/test", fields={}, status=409),
    sees("/subscriptions/{id}/remove", "hook"),
    sees("/tokens"),
    sees("/observers"),
)  # fmt: skip

AUDITOR = (
    sees("/notices"),
    sees("/notices", query="?q=none"),
    sees("/notices/{id}", "PUMA"),
    sees("/notices/{id}/attendance", "PUMA"),
    sees("/audit"),
    sees("/audit", query="?before=60"),
    sends("/audit", action="/audit/verify", fields={}, status=200),
)

ADMINISTRATOR = (
    sees("/parties"),
    sees("/neighbours"),
    sees("/neighbours/versions"),
    sees("/neighbours/edge"),
    sees("/neighbours/edge", query="?a=BOL&b=PER&kind=land"),
    sends("/neighbours/edge", fields={}),
    sees("/neighbours/import"),
    sends("/neighbours/import", fields={}),
    sends("/neighbours/import", fields={"content": "a,b\nPER,XXX\n"}, status=200),
    sends("/neighbours/import", fields={"content": "table"}, status=200),
    sends("/neighbours/import", fields={"content": "table", "step": "apply", "based_on": "1"}),
    sees("/people"),
    sees("/people/invite"),
    sees("/operation"),
)

HOST_OF_TODAY = (
    sees("/"),
    sees("/notices/{id}", "FUERZAS COMANDO"),
    sees("/notices/{id}/attendance", "FUERZAS COMANDO"),
    sees("/notices/{id}/complete", "FUERZAS COMANDO"),
    sends("/notices/{id}/complete", "FUERZAS COMANDO", fields={"outcome-remarks-es": LONG}),
)

SECRETARIAT = (
    sees("/"),
    sees("/inbox"),
    sees("/notices/{id}", "PUMA"),
    sees("/notices/{id}/attendance", "PUMA"),
    sees("/observers"),
    sees("/subscriptions"),
)

ACCOUNTS = {
    "visitor": Account("", "es", VISITOR),
    "host": Account("officer@per.example", "es", HOST),
    "author": Account("officer@per.example", "es", AUTHOR),
    "recipient": Account("officer@bol.example", "fr", RECIPIENT),
    "observer": Account("observer@bol.example", "pt", OBSERVER),
    "manager": Account("manager@col.example", "es", MANAGER),
    "auditor": Account("auditor@node.example", "en", AUDITOR),
    "administrator": Account("administrator@node.example", "fr", ADMINISTRATOR),
    "host of today": Account("officer@hnd.example", "es", HOST_OF_TODAY),
    "secretariat": Account("officer@oas.example", "pt", SECRETARIAT),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(chromium: Browser, demonstration: Demonstration) -> AsyncIterator[Cast]:
    """What the pages are about, besides what the demonstration tells."""
    receiver = Receiver()
    try:
        yield await assemble(chromium, demonstration.url, demonstration.demo, receiver)
    finally:
        receiver.close()


async def test_every_page_is_listed() -> None:
    listed = {visit.route for account in ACCOUNTS.values() for visit in account.visits}
    routes = {route.path for route in page_routes(demonstration=True) if "GET" in (route.methods or ())}
    assert routes - listed - set(NOT_PAGES) == set(), "these pages are looked at by no account"
    assert listed - routes == NO_ROUTES
    assert set(NOT_PAGES) <= routes - listed


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_no_page_breaks_a_rule(name: str, chromium: Browser, demonstration: Demonstration, cast: Cast) -> None:
    account = ACCOUNTS[name]
    half = (len(account.visits) + 1) // 2
    found = await asyncio.gather(
        _look_at(account, account.visits[:half], chromium, demonstration.url, cast),
        _look_at(account, account.visits[half:], chromium, demonstration.url, cast),
    )
    lines = [line for part in found for line in part]
    assert not lines, "\n".join(lines)


async def test_every_mail_fits_a_phone(chromium: Browser, demonstration: Demonstration) -> None:
    page = await chromium.new_page(viewport={"width": NARROWEST, "height": 640})
    try:
        await page.goto(f"{demonstration.url}/demo/mail")
        links = set(await page.eval_on_selector_all("main a", "links => links.map(link => link.pathname)"))
        mails = sorted(link for link in links if link.endswith(".eml"))
        assert len(mails) > 20
        found = {}
        for mail in mails:
            await page.goto(f"{demonstration.url}{mail}/html")
            found[mail] = await page.evaluate(TOO_WIDE)
        assert {mail: wide for mail, wide in found.items() if wide} == {}
    finally:
        await page.close()


async def _look_at(account: Account, visits: Sequence[Visit], browser: Browser, site: str, cast: Cast) -> list[str]:
    """What is wrong with these pages, one after the other in one window: two windows share the machine's cores."""
    window = await Window.open(browser, site)
    await window.page.context.add_init_script(AXE)
    found: list[str] = []
    open_now = ""
    try:
        await window.go(f"/signin?lang={account.language}")
        if account.email:
            await send(window, "/demo/as", {"as": account.email, "next": f"/account?lang={account.language}"})
        for visit in visits:
            try:
                open_now = await open_visit(window, visit, cast, open_now)
            except AssertionError as wrong:
                found.append(f"{visit}: {wrong}")
                continue
            if visit.route.endswith("/html"):
                await _let_out(window)
            found += [f"{visit}, {fault}" for fault in await asyncio.wait_for(faults(window), SECONDS)]
    finally:
        await window.close()
    return [*found, *window.complaints]


async def _let_out(window: Window) -> None:
    """The same document outside of its sandbox, in which axe would wait for ever for its own timers."""
    html = await window.page.content()
    await window.page.goto("about:blank")
    await window.page.set_content(html)
    await window.page.evaluate(AXE)
