"""What only a demonstration has: the account changed with one click, and the mails that would have been sent."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from notify.accounts import sessions
from notify.accounts.tables import people
from notify.actor import Actor
from notify.office import Office
from notify.web import demo_mail
from notify.web.cookies import SESSION
from tests.support.people import enrol
from tests.support.premises import Premises


@pytest.fixture
async def officer(office_sqlite: Office) -> Actor:
    return await enrol(office_sqlite, "PER", "officer", name="Ana Quispe")


async def demonstration(office: Office, *who: tuple[Actor, str]) -> Premises:
    plain = Premises(office)
    accounts = [
        {"email": await plain.address(actor), "password": "x", "party": actor.party, "role": role, "name": actor.name}
        for actor, role in who
    ]
    return Premises(office, demo={"accounts": accounts})


async def test_one_click_signs_in_and_changes_the_account(office_sqlite: Office, officer: Actor) -> None:
    bolivia = await enrol(office_sqlite, "BOL", "observer", name="Rosa Arce")
    site = await demonstration(office_sqlite, (officer, "officer"), (bolivia, "observer"))
    async with site.window() as window:
        html = await window.html("/signin")
        assert "Peru, officer" in html and "Bolivia, observer" in html
        assert html.count('class="n-try__as"') == 2  # those of the four that are there
        answer = await window.send("/demo/as", "/signin", {"as": await site.address(officer), "next": "/account"})
        assert answer.headers["location"] == "/account"
        first = window.client.cookies[SESSION]
        assert "Ana Quispe" in await window.words("/account")
        chosen = re.findall(
            r'<option value="([^"]+)" selected>', (await window.html("/account")).partition("n-demo")[2]
        )
        assert chosen[0] == await site.address(officer)
        await window.do("/demo/as", "/account", {"party": "BOL", "role": "observer", "next": "/account"})
        assert "Rosa Arce" in await window.words("/account")
        assert (await window.send("/demo/as", "/account", {"as": "nobody@per.example"})).status_code == 404
    async with office_sqlite.database.read() as connection:
        assert await sessions.find(connection, first, office_sqlite.clock()) is None


async def test_without_a_demonstration_nobody_is_let_in(office_sqlite: Office, officer: Actor) -> None:
    premises = Premises(office_sqlite)
    async with premises.window() as window:
        html = await window.html("/signin")
        assert "/demo/" not in html
        for path in ("/demo/as", "/demo/mail"):
            assert (await window.send(path, "/signin", {"as": await premises.address(officer)})).status_code == 404
        premises.app.routes.extend(Premises(premises.office, demo={"accounts": []}).app.routes)
        assert (await window.client.get("/demo/mail")).status_code == 404  # the pages themselves look, too
        assert (await window.send("/demo/as", "/signin", {"party": "PER", "role": "officer"})).status_code == 404
    async with premises.office.database.read() as connection:
        seen = await connection.scalar(sa.select(people.c.signed_in_at).where(people.c.id == officer.person_id))
    assert seen is None


def put_mail(office: Office, name: str, to: str, subject: str, *, calendar: bool = False) -> Path:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = to, "notices@csbm.example", subject
    message.set_content("Read it at http://127.0.0.1:8000/inbox")
    message.add_alternative('<p style="color:red">Hello <a href="/inbox">inbox</a></p>', subtype="html")
    if calendar:
        event = "BEGIN:VEVENT\r\nUID:1@csbm.example\r\nSEQUENCE:3\r\nSUMMARY:PUMA\r\nEND:VEVENT\r\n"
        ics = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n"
        message.add_alternative(ics, subtype="calendar", params={"method": "REQUEST"})
    folder = office.settings.data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(message.as_bytes())
    return path


async def test_mails_are_listed_searched_and_paged(office_sqlite: Office) -> None:
    site = await demonstration(office_sqlite)
    async with site.window() as window:
        assert "What the service sends stands here." in await window.words("/demo/mail")
        for number in range(30):
            put_mail(office_sqlite, f"a{number}.eml", f"p{number}@bol.example", f"Número {number}")
        words = await window.words("/demo/mail")
        assert "30 mails" in words and "Next page" in words
        assert "Previous page" in await window.words("/demo/mail?page=2")
        found = await window.words("/demo/mail?to=P7%40")
        assert "1 mail" in found and "Número 7" in found and "Número 8" not in found
        assert "None is written to such an address." in await window.words("/demo/mail?to=jam.example")


async def test_a_mail_is_shown_safely(office_sqlite: Office) -> None:
    site = await demonstration(office_sqlite)
    put_mail(office_sqlite, "one.eml", "rosa@bol.example", "Invitation", calendar=True)
    async with site.window() as window:
        answer = await window.client.get("/demo/mail/one.eml")
        assert "frame-src 'self'" in answer.headers["content-security-policy"]
        assert "color:red" not in answer.text and "SEQUENCE" in answer.text and "REQUEST" in answer.text
        assert '<a href="http://127.0.0.1:8000/inbox"' in answer.text
        framed = await window.client.get("/demo/mail/one.eml/html")
        policy = framed.headers["content-security-policy"]
        assert policy.startswith("sandbox") and "allow-scripts" not in policy and "default-src 'none'" in policy
        assert '<a target="_top" href="/inbox">' in framed.text
        calendar = await window.client.get("/demo/mail/one.eml/invite.ics")
        assert calendar.headers["content-type"] == "text/calendar; charset=utf-8; method=REQUEST"
        assert "SEQUENCE:3" in calendar.text
        put_mail(office_sqlite, "two.eml", "rosa@bol.example", "Plain")
        await window.html("/demo/mail/two.eml/invite.ics", 404)


@pytest.mark.parametrize(
    "name", ["../secret.key", "..%2Fsecret.key", "%2e%2e%2fnotify.eml", "a.eml%00", "none.eml", ".eml", "secret.key"]
)
async def test_no_name_leads_out_of_the_folder(office_sqlite: Office, name: str) -> None:
    site = await demonstration(office_sqlite)
    put_mail(office_sqlite, "a.eml", "rosa@bol.example", "Mine")
    (office_sqlite.settings.data_dir / "notify.eml").write_text("Subject: secret\n\nsecret")
    async with site.window() as window:
        for end in ("", "/html", "/invite.ics"):
            assert (await window.client.get(f"/demo/mail/{name}{end}")).status_code == 404


@pytest.mark.parametrize("name", ["../a.eml", "a/b.eml", "a.eml\n", "..", "a.EML", "é.eml", "a" * 81 + ".eml"])
def test_what_is_no_name_of_a_mail(name: str, tmp_path: Path) -> None:
    assert not demo_mail.is_name(name)
    assert demo_mail.read(tmp_path, name) is None


def test_pictures_of_a_mail_are_put_in_place(tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"] = "x@y.example"
    message.set_content("text")
    message.add_alternative('<img src="cid:map@csbm">', subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    html.add_related(b"<svg/>", "image", "svg+xml", cid="<map@csbm>")  # type: ignore[union-attr]
    (tmp_path / "m.eml").write_bytes(message.as_bytes())
    found = demo_mail.read(tmp_path, "m.eml")
    assert found is not None and found.html.strip() == '<img src="data:image/svg+xml;base64,PHN2Zy8+">'


async def test_a_person_without_a_role_of_the_list_still_stands_in_the_strip(
    office_sqlite: Office, officer: Actor
) -> None:
    haiti = await enrol(office_sqlite, "HTI", "manager", name="Jean")
    site = await demonstration(office_sqlite, (officer, "officer"), (haiti, "manager"))
    address = await site.address(haiti)
    assert address not in await _signin(site)
    async with site.window(haiti) as window:
        assert f'<option value="{address}" selected>Haiti, manager</option>' in await window.html("/account")


async def _signin(site: Premises) -> str:
    async with site.window() as window:
        return await window.html("/signin")
