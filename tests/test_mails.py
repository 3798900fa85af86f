"""Mails as their addressees read them: in four languages, with what changed, why they are told, and links that work."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from notify.actor import Actor
from notify.delivery import adjacency_letters
from notify.delivery.news_mail import acknowledge_token
from notify.delivery.subscription_links import unsubscribe_token
from notify.notices import acknowledgements, lifecycle
from notify.observers import decisions, replies, requests
from notify.observers.requests import Observer
from notify.office import Office
from notify.parties import graph
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import amended, example, looping, office_with, published, subscribed
from tests.support.smtp import Answer, SmtpServer

pytestmark = pytest.mark.slow

MOVED = {
    "period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
    "participants": [{"state": "PER", "personnel": 2200}, {"state": "BOL", "personnel": 30}],
    "observation": None,
}
REASON = {"es": "Disponibilidad del transporte aéreo"}


@dataclass(frozen=True)
class Read:
    """A mail as it is read."""

    message: EmailMessage
    text: str
    html: str

    @property
    def shown(self) -> str:
        """The words of the HTML part."""
        reader = _Words()
        reader.feed(self.html)
        return " ".join(" ".join(reader.words).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(data: bytes) -> Read:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    spaced = [str(part.get_content()).replace("\N{NO-BREAK SPACE}", " ") for part in (plain, html)]
    found = Read(message, *spaced)
    for words in (found.text, found.html, str(message["Subject"])):
        assert "%(" not in words, "a place that nobody filled"
        assert "\0" not in words
        assert "None" not in words
        assert "Text(" not in words
    return found


def mails(office: Office) -> list[Read]:
    folder = office.settings.data_dir / "mail"
    return [read(path.read_bytes()) for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)]


def to(office: Office, address: str) -> list[Read]:
    """The mails to an address but the one that asked to confirm it."""
    return [mail for mail in mails(office) if mail.message["To"] == address and "/confirm/" not in mail.text]


async def drain(office: Office) -> None:
    async with looping(office) as loop:
        await loop.drain()


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


@pytest.fixture
async def bolivia(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["Perú", "Bolivia", "18 – 29 de agosto de 2027", "martes 20 de julio de 2027", "2 400", "16,74° S"]),
        ("en", ["Peru", "Bolivia", "18 – 29 August 2027", "Tuesday 20 July 2027", "16.74° S"]),
        ("pt", ["Peru", "Bolívia", "18 – 29 de agosto de 2027", "terça-feira, 20 de julho de 2027", "16,74° S"]),
        ("fr", ["Pérou", "Bolivie", "18 – 29 août 2027", "mardi 20 juillet 2027", "16,74° S"]),
    ],
)
async def test_a_notice_says_what_an_officer_needs_in_her_language(
    office: Office, peru: Actor, bolivia: Actor, language: str, words: list[str]
) -> None:
    await subscribed(office, bolivia, "email", "avisos@rree.example", language=language)
    notice = await published(office, peru)
    await drain(office)
    (mail,) = to(office, "avisos@rree.example")
    title = notice.content["title"].get(language) or notice.content["title"]["es"]
    acknowledge = f"{office.settings.base_url}/acknowledge/{acknowledge_token(office, notice.id, 1, 'BOL')}"
    page = f"{office.settings.base_url}/notices/{notice.id}"
    for part in (mail.text, mail.shown):
        for word in [*words, title, "PER-2027-M4-001", "PUMA", "Mazocruz, Puno", "avisos@mindef.example", "5-4-M/114"]:
            assert word in part, word
    assert acknowledge in mail.text
    assert f'href="{acknowledge}"' in mail.html
    assert page in mail.text
    assert f'href="{page}"' in mail.html
    assert str(mail.message["Subject"]).startswith("PER-2027-M4-001")
    assert title in str(mail.message["Subject"])
    assert f'<html lang="{language}">' in mail.html
    marked = '<span lang="es">' in mail.html
    assert marked == (language != "es")


async def test_the_header_is_that_of_a_program_and_of_this_delivery(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor
) -> None:
    await subscribed(office, bolivia, "email", "avisos@rree.example", language="en")
    await published(office, peru)
    at = clock()
    clock.advance(hours=3)
    await drain(office)
    (mail,) = to(office, "avisos@rree.example")
    (sender,) = mail.message["From"].addresses
    assert (sender.addr_spec, sender.display_name) == ("notices@csbm.example", "Advance notices between states")
    assert re.fullmatch(r"<[0-9a-f-]{36}@csbm\.example>", mail.message["Message-ID"])
    assert mail.message["Date"].datetime == at
    assert mail.message["Auto-Submitted"] == "auto-generated"
    for absent in ("Precedence", "List-Unsubscribe", "Reply-To"):
        assert mail.message[absent] is None


async def test_what_changed_stands_there_field_by_field(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor
) -> None:
    await subscribed(office, bolivia, "email", "avisos@rree.example", language="en")
    notice = await published(office, peru)
    await drain(office)
    clock.advance(days=1)
    await amended(office, peru, notice, MOVED, REASON)
    await drain(office)
    first, second = to(office, "avisos@rree.example")
    assert "What changed" not in first.shown
    assert str(second.message["Subject"]).startswith("PER-2027-M4-001, revision 2: dates changed – PUMA")
    for line in (
        "Start: 18 August 2027 → 25 August 2027",
        "End: 29 August 2027 → 5 September 2027",
        "Participant 1: personnel: 2 400 → 2 200",
        "Participant 2: state: not given → Bolivia",
        "Participant 2: personnel: not given → 30",
        "Observers: invited → removed",
        "Reason: Disponibilidad del transporte aéreo (in Spanish)",
        "- Neighbouring state of Peru: land border",
        "- Takes part",
    ):
        assert line in second.text.splitlines(), line
    assert "Programme, point" not in second.text
    assert "Acknowledge receipt of revision 2" in second.shown


@pytest.mark.parametrize(
    ("verb", "subject", "band"),
    [
        (lifecycle.postpone, "postponed, without new dates yet", "Postponed"),
        (lifecycle.cancel, "cancelled", "Cancelled"),
        (lifecycle.withdraw, "withdrawn, issued in error", "Withdrawn: issued in error"),
    ],
)
async def test_a_later_step_is_named_in_the_subject(
    office: Office, peru: Actor, bolivia: Actor, verb: object, subject: str, band: str
) -> None:
    await subscribed(office, bolivia, "email", "avisos@rree.example", language="en")
    notice = await published(office, peru)
    async with office.act(peru) as act:
        await verb(act, notice.id, {"en": "Bad weather"})  # type: ignore[operator]
    await drain(office)
    mail = to(office, "avisos@rree.example")[-1]
    assert f"PER-2027-M4-001, revision 2: {subject} – PUMA" in str(mail.message["Subject"])
    assert band in mail.shown
    assert "Reason: Bad weather" in mail.text


async def test_hours_are_the_places_own_and_beside_them_the_readers(office: Office, actor: MakeActor) -> None:
    mexico, chile = await actor("MEX", "officer"), await actor("CHL", "manager")
    await subscribed(office, chile, "email", "avisos@chl.example", language="es")
    await published(office, mexico, example("visit"))
    await drain(office)
    (mail,) = to(office, "avisos@chl.example")
    assert "13 – 15 de marzo de 2027" in mail.text
    assert "sábado 07:00" in mail.text
    assert "Tijuana" in mail.text
    assert "sábado 12:00" in mail.text  # Santiago keeps its summer time until April
    assert "Zona naval, Ensenada" in mail.text


async def test_a_test_says_so_everywhere(office: Office, actor: MakeActor) -> None:
    trinidad, venezuela = await actor("TTO", "officer"), await actor("VEN", "manager")
    await subscribed(office, venezuela, "email", "avisos@ven.example", language="en")
    await published(office, trinidad, example("destruction", test=True))
    await drain(office)
    (mail,) = to(office, "avisos@ven.example")
    assert str(mail.message["Subject"]).startswith("[TEST] TTO-2027-T-001: new notice – Destruction")
    assert mail.text.startswith("*** Test of the system")
    assert "Test of the system" in mail.shown
    for words in ("revolvers and self-loading pistols (1 900 pieces)", "ammunition (210 000 rounds)", "shredding"):
        assert words in mail.text


async def test_a_personal_mail_ends_with_one_click_and_acknowledges_nothing(
    office: Office, peru: Actor, bolivia: Actor
) -> None:
    made = await subscribed(office, bolivia, "email", "own@rree.example", kind="personal", language="en")
    await published(office, peru)
    await drain(office)
    (mail,) = to(office, "own@rree.example")
    url = f"{office.settings.base_url}/unsubscribe/{unsubscribe_token(office, made.row)}"
    assert mail.message["List-Unsubscribe"] == f"<{url}>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in mail.text
    assert f'href="{url}"' in mail.html
    assert "/acknowledge/" not in mail.text + mail.html


async def test_a_retry_is_the_same_bytes_whatever_happened_meanwhile(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor, smtp: SmtpServer
) -> None:
    officer = await actor("BOL", "officer")
    mailing = office_with(office, smtp_url=smtp.url)
    await subscribed(mailing, bolivia, "email", "avisos@rree.example")
    notice = await published(mailing, peru)
    await drain(mailing)
    smtp.mails.clear()
    smtp.otherwise = Answer(hang_up=True, keep=True)
    async with mailing.act(officer) as act:
        attendance = await requests.nominate(
            act, notice.id, Observer("May. R. Rojas", "rojas@bol.example", "es", "Major", "Liaison")
        )
    async with mailing.act(peru) as act:
        await decisions.approve(act, attendance["id"])
    await drain(mailing)
    async with mailing.act(peru) as act:
        await decisions.revoke(act, attendance["id"], {"es": "Error"})
    smtp.otherwise = Answer()
    first = {mail.to[0]: mail.data for mail in smtp.mails}
    smtp.mails.clear()
    clock.advance(minutes=1)
    await drain(mailing)
    again = {read(mail.data).message["Message-ID"]: mail.data for mail in smtp.mails}
    repeated = first["avisos@rree.example"]
    assert again[read(repeated).message["Message-ID"]] == repeated


async def test_officers_are_mailed_what_they_must_act_on(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor
) -> None:
    host, officer = await actor("PER", "manager"), await actor("BOL", "officer")
    observer = await actor("BOL", "observer", name="May. R. Rojas")
    await subscribed(office, host, "email", "avisos@per.example", language="en")
    await subscribed(office, bolivia, "email", "avisos@rree.example", language="en")
    await subscribed(office, bolivia, "email", "own@rree.example", kind="personal", language="en")
    notice = await published(office, peru)
    async with office.act(observer) as act:
        attendance = await requests.request(act, notice.id, "Speaks Spanish")
    for who, verb in ((officer, decisions.endorse), (peru, decisions.approve)):
        clock.advance(hours=1)
        await drain(office)
        async with office.act(who) as act:
            await verb(act, attendance["id"])
    await drain(office)
    clock.advance(hours=1)
    async with office.act(observer) as act:
        await replies.reply(act, attendance["id"], "accepted")
    async with office.act(officer) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    await drain(office)
    clock.advance(hours=1)
    async with office.act(officer) as act:
        await decisions.withdraw(act, attendance["id"], {"en": "Transferred"})
    await drain(office)

    def subjects(address: str) -> list[str]:
        return [str(mail.message["Subject"]).removeprefix("PER-2027-M4-001: ") for mail in to(office, address)]

    assert subjects("avisos@per.example") == [
        "observer of Bolivia to decide on",
        "observer of Bolivia answered the invitation",
        "observer of Bolivia withdrawn",
    ]
    assert subjects("avisos@rree.example")[1:] == ["observer of Bolivia to endorse", "observer of Bolivia approved"]
    assert len(subjects("own@rree.example")) == 1
    endorse = to(office, "avisos@rree.example")[1]
    assert (
        "May. R. Rojas asks to attend. An officer of Bolivia must endorse the request before Peru can" in endorse.text
    )
    assert f"{office.settings.base_url}/notices/{notice.id}/attendance" in endorse.text
    assert "Speaks Spanish" in endorse.shown
    answered, withdrawn = to(office, "avisos@per.example")[1:]
    assert "May. R. Rojas answered: Will attend." in answered.text
    assert "Reason: Transferred" in withdrawn.text


async def test_both_parties_of_an_edge_that_went_are_told_in_their_languages(office: Office, actor: MakeActor) -> None:
    administrator = await actor(None, "administrator")
    people = {
        "BOL": await actor("BOL", "officer", language="es"), "PER": await actor("PER", "manager", language="fr"),
        "CHL": await actor("CHL", "officer"),
    }  # fmt: skip
    await actor("BOL", "observer")
    async with office.act(administrator) as act:
        before = await graph.current(act.connection)
        edges = [edge for edge in before.edges if (edge.a, edge.b) != ("BOL", "PER")]
        await adjacency_letters.tell(act, await graph.replace(act, edges, "Por una prueba"), "Por una prueba")
    await drain(office)
    told = {str(mail.message["To"]).partition("@")[2]: mail for mail in mails(office)}
    assert set(told) == {"bol.example", "per.example"}
    assert "Bolivia – Perú" in told["bol.example"].text
    assert "Bolivie – Pérou" in told["per.example"].text
    assert all("Por una prueba" in mail.text for mail in told.values())
    assert people
