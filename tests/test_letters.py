"""Letters about an account, an address or the table of neighbours: their words in four languages, and their links."""

from __future__ import annotations

import pytest
from starlette.routing import Match

from notify.delivery import letters
from notify.delivery.letter_words import letter_mail
from notify.delivery.mail_rendering import render_short
from notify.language import LANGUAGES
from notify.office import Office
from notify.parties import directory
from notify.web.routes import page_routes

pytestmark = pytest.mark.slow

LETTERS: dict[letters.Kind, list[dict[str, object]]] = {
    "confirm": [{"link": "https://x.example/confirm/1", "party": "BOL"}],
    "invite": [{"link": "https://x.example/welcome/1", "party": party} for party in ("BOL", None)],
    "reset": [{"link": "https://x.example/welcome/1"}],
    "subscription_changed": [
        {"what": what, "channel": "webhook", "address": "https://h.example/", "by": "A. Perez"}
        for what in ("created", "changed", "switched_on", "switched_off", "deleted", "rotated")
    ],
    "subscription_disabled": [
        {"channel": "webhook", "address": "https://h.example/", "reason": reason} for reason in ("gone", "other")
    ],
    "adjacency_changed": [
        {"party": "BOL", "version": 2, "reason": "Treaty", "added": [["BOL", "COL", "land"]], "removed": []}
    ],
}


def leads_somewhere(path: str) -> bool:
    scope = {"type": "http", "path": path, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in page_routes(demonstration=False))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
async def test_every_letter_has_its_words_and_its_link(
    office_sqlite: Office, kind: letters.Kind, language: str
) -> None:
    async with office_sqlite.database.read() as connection:
        parties = await directory.load(connection)
    for facts in LETTERS[kind]:
        mail = letter_mail(kind, facts, language, parties, "https://x.example")
        rendered = render_short(mail)
        (button,) = mail.buttons
        assert button.url == facts.get("link", button.url)
        assert leads_somewhere(button.url.removeprefix("https://x.example"))
        for part in (rendered.text, rendered.html):
            assert button.url in part
            assert button.words in part
            assert "%(" not in part
        assert mail.heading in rendered.text
        assert all(str(value) in rendered.text for name, value in facts.items() if name in ("address", "by", "reason")
                   and kind != "subscription_disabled")  # fmt: skip


def test_markup_in_what_people_wrote_is_shown_and_not_obeyed() -> None:
    from notify.delivery.mail_rendering import Button, ShortMail

    mail = ShortMail("en", "s", "service", "<b>heading</b>", ("<script>alert(1)</script>",), (("a", "<img src=x>"),),
                     (Button("go", 'https://x.example/"onclick="'),))  # fmt: skip
    html = render_short(mail).html
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;b&gt;heading" in html
    assert 'onclick="' not in html
