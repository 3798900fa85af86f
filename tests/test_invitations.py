"""Invitations of observers: whatever happens to the notice or the seat, the calendar entry follows."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar, Event

from notify.actor import Actor
from notify.calendars.checks import faults
from notify.delivery import deliveries
from notify.errors import LifecycleError, NotAllowed, NotVisible
from notify.notices import lifecycle
from notify.notices.notice import Notice
from notify.observers import attendance, decisions, replies, requests
from notify.observers.requests import Observer
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.libical import itip_findings
from tests.support.posting import amended, example, looping, office_with, published
from tests.support.smtp import Answer, Mail, SmtpServer

pytestmark = pytest.mark.slow

ROJAS = Observer("May. R. Rojas", "rojas@bol.example", "es", "Mayor", "Oficial de enlace")
LATER = {
    "period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
    "observation": {
        **example()["observation"],
        "period": {
            "starts": "2027-08-26T10:00", "ends": "2027-08-28T18:00", "timezone": "America/Lima", "all_day": False,
        },
        "arrival": {"place": "Juliaca", "at": "2027-08-26T10:00"},
        "programme": [],
    },
}  # fmt: skip


class Story:
    """Peru's exercise with one Bolivian observer, and the mails that the observer gets."""

    def __init__(self, office: Office, smtp: SmtpServer, clock: Clock, peru: Actor, bolivia: Actor) -> None:
        self.office = office_with(office, smtp_url=smtp.url)
        self.office.followers = (decisions.follow_revision,)
        self.smtp, self.clock, self.peru, self.bolivia = smtp, clock, peru, bolivia
        self.notice: Notice
        self.attendance_id = ""

    async def approved(self, body: dict[str, Any] | None = None, observer: Observer = ROJAS) -> None:
        self.notice = await published(self.office, self.peru, body)
        async with self.office.act(self.bolivia) as act:
            self.attendance_id = (await requests.nominate(act, self.notice.id, observer))["id"]
        async with self.office.act(self.peru) as act:
            await decisions.approve(act, self.attendance_id)
        await self.drain()

    async def step(self, verb: Any, *words: Any) -> None:
        """A step of the notice by Peru, a day later."""
        self.clock.advance(days=1)
        async with self.office.act(self.peru) as act:
            await verb(act, self.notice.id, *words)
        await self.drain()

    async def drain(self) -> None:
        async with looping(self.office) as loop:
            await loop.drain()

    async def row(self) -> attendance.Attendance:
        async with self.office.database.read() as connection:
            return await attendance.get(connection, self.peru, self.attendance_id)

    def invitations(self) -> list[Invitation]:
        return [Invitation(mail) for mail in self.smtp.to(ROJAS.email)]


class Invitation:
    """A mail with a calendar, as a calendar program takes it; looked over as it is read."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self.message = email.message_from_bytes(mail.data, policy=email.policy.default)
        assert isinstance(self.message, EmailMessage)
        (part,) = [each for each in self.message.walk() if each.get_content_type() == "text/calendar"]
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        self.method = str(part["Content-Type"].params["method"])
        assert faults(payload, self.method) == []
        assert itip_findings(payload) == []
        calendar = Calendar.from_ical(payload)
        assert calendar["METHOD"] == self.method
        (event,) = calendar.walk("VEVENT")
        assert isinstance(event, Event)
        self.event: Any = event

    @property
    def uid(self) -> str:
        return str(self.event["UID"])

    @property
    def sequence(self) -> int:
        return int(self.event["SEQUENCE"])

    @property
    def starts(self) -> str:
        return str(self.event["DTSTART"].dt.isoformat())[:16]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@pytest.fixture
async def story(office: Office, smtp: SmtpServer, clock: Clock, actor: MakeActor) -> Story:
    return Story(office, smtp, clock, await actor("PER", "officer"), await actor("BOL", "officer"))


async def test_an_approved_observer_is_invited_in_a_way_that_programs_understand(story: Story) -> None:
    await story.approved()
    (invitation,) = story.invitations()
    assert (invitation.method, invitation.sequence, invitation.starts) == ("REQUEST", 0, "2027-08-19T10:00")
    row = await story.row()
    assert invitation.uid == row["uid"]
    assert row["organizer"].startswith("notices+")
    message = invitation.message
    (sender,), (reply_to,), (to,) = (message[field].addresses for field in ("From", "Reply-To", "To"))
    assert sender.addr_spec == reply_to.addr_spec == row["organizer"]
    assert str(invitation.event["ORGANIZER"]) == f"mailto:{row['organizer']}"
    assert (to.addr_spec, to.display_name) == (ROJAS.email, ROJAS.name)
    attendee = invitation.event["ATTENDEE"]
    assert str(attendee) == f"mailto:{ROJAS.email}"
    assert {name: attendee.params[name] for name in ("PARTSTAT", "RSVP", "ROLE", "CUTYPE")} == {
        "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE", "ROLE": "REQ-PARTICIPANT", "CUTYPE": "INDIVIDUAL",
    }  # fmt: skip
    assert (str(invitation.event["STATUS"]), str(invitation.event["CLASS"])) == ("CONFIRMED", "PRIVATE")
    assert "PUMA" in str(message["Subject"])
    assert "PUMA" in str(invitation.event["SUMMARY"])
    answer = f"{story.office.settings.base_url}/answer/{replies.answer_token(story.office, row)}"
    for reply in replies.REPLIES:
        assert f"{answer}?reply={reply}" in invitation.text
    assert "19 – 21 de agosto de 2027" in invitation.text
    assert invitation.mail.sender == story.office.settings.mail_from


async def test_new_dates_move_the_entry_and_ask_again(story: Story) -> None:
    await story.approved()
    async with story.office.act(story.bolivia) as act:
        await replies.reply(act, story.attendance_id, "accepted")
    await amended(story.office, story.peru, story.notice, LATER)
    await story.drain()
    first, second = story.invitations()
    assert (second.method, second.sequence, second.starts) == ("REQUEST", 1, "2027-08-26T10:00")
    assert (second.uid, str(second.event["ORGANIZER"])) == (first.uid, str(first.event["ORGANIZER"]))
    assert second.message["Message-ID"] != first.message["Message-ID"]
    assert "19 – 21 de agosto de 2027" in second.text, "the dates before"
    assert (await story.row())["reply"] == "needs-action"


async def test_who_has_answered_the_new_dates_on_the_page_is_not_asked_again(story: Story) -> None:
    await story.approved()
    await amended(story.office, story.peru, story.notice, LATER)
    story.clock.advance(seconds=1)
    async with story.office.act(story.bolivia) as act:
        await replies.reply(act, story.attendance_id, "accepted")
    await story.drain()
    assert [(each.method, each.sequence) for each in story.invitations()] == [("REQUEST", 0), ("REQUEST", 1)]
    assert (await story.row())["reply"] == "accepted"


async def test_our_own_new_words_are_no_change_of_the_event(story: Story) -> None:
    await story.approved()
    elsewhere = office_with(story.office, base_url="https://new.example")
    async with elsewhere.act(story.bolivia) as act:
        await replies.reply(act, story.attendance_id, "accepted")
    async with looping(elsewhere) as loop:
        await loop.drain()
    assert [each.method for each in story.invitations()] == ["REQUEST"]
    assert (await story.row())["reply"] == "accepted"


@pytest.mark.parametrize(
    ("verb", "by", "said"),
    [
        (lifecycle.cancel, "peru", "canceló la actividad"),
        (lifecycle.postpone, "peru", "aplazó la actividad"),
        (decisions.revoke, "peru", "retiró su cupo"),
        (decisions.withdraw, "bolivia", "Se retiró su asistencia"),
    ],
)
async def test_a_cancellation_says_what_has_happened_whatever_waited_with_it(
    story: Story, verb: Any, by: str, said: str
) -> None:
    await story.approved()
    await amended(story.office, story.peru, story.notice, LATER)
    async with story.office.act(getattr(story, by)) as act:
        about = story.notice.id if verb in (lifecycle.cancel, lifecycle.postpone) else story.attendance_id
        await verb(act, about, None)
    await story.drain()
    assert [each.method for each in story.invitations()] == ["REQUEST", "CANCEL"]
    assert said in story.invitations()[-1].text


async def test_a_change_that_the_entry_does_not_show_sends_nothing(story: Story) -> None:
    await story.approved()
    await story.step(lifecycle.amend, {"note_reference": "5-4-M/115"}, None)
    assert len(story.invitations()) == 1
    await story.drain()
    assert len(story.invitations()) == 1


async def test_postponed_it_leaves_the_calendar_and_with_new_dates_it_is_back(story: Story) -> None:
    await story.approved()
    await story.step(lifecycle.postpone, {"es": "Mal tiempo"})
    await story.step(lifecycle.amend, LATER, None)
    await story.step(lifecycle.cancel, {"es": "Cancelado"})
    found = story.invitations()
    assert [(each.method, each.sequence) for each in found] == [
        ("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3),
    ]  # fmt: skip
    assert len({each.uid for each in found}) == 1
    assert [str(each.event["STATUS"]) for each in found] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    assert found[2].starts == "2027-08-26T10:00"
    stamps = [each.event["DTSTAMP"].dt for each in found]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize("verb", [lifecycle.cancel, lifecycle.withdraw])
async def test_what_will_not_take_place_leaves_the_calendar(story: Story, verb: Any) -> None:
    await story.approved()
    await story.step(verb, {"es": "Error"})
    assert [each.method for each in story.invitations()] == ["REQUEST", "CANCEL"]
    with pytest.raises(LifecycleError):
        async with story.office.act(story.bolivia) as act:
            await requests.nominate(act, story.notice.id, Observer("Cap. S. Arce", "arce@bol.example", "es"))


async def test_a_completed_event_keeps_its_entry(story: Story) -> None:
    await story.approved()
    story.clock.advance(days=230)
    await story.step(lifecycle.complete, {"remarks": {"es": "Sin novedad"}})
    assert [each.method for each in story.invitations()] == ["REQUEST"]


@pytest.mark.parametrize(("verb", "by"), [(decisions.withdraw, "bolivia"), (decisions.revoke, "peru")])
async def test_who_loses_the_seat_loses_the_entry(story: Story, verb: Any, by: str) -> None:
    await story.approved()
    async with story.office.act(getattr(story, by)) as act:
        await verb(act, story.attendance_id, {"es": "Traslado"})
    await story.drain()
    assert [(each.method, each.sequence) for each in story.invitations()] == [("REQUEST", 0), ("CANCEL", 1)]
    await story.step(lifecycle.cancel, None)
    assert len(story.invitations()) == 2


async def test_a_notice_that_takes_no_observers_any_more_cancels_every_entry(story: Story) -> None:
    await story.approved()
    await story.step(lifecycle.amend, {"observation": None}, None)
    assert [each.method for each in story.invitations()] == ["REQUEST", "CANCEL"]
    assert (await story.row())["status"] == "revoked"


async def test_an_invitation_that_never_left_is_replaced_by_the_next(story: Story) -> None:
    story.smtp.answer_to(ROJAS.email, Answer(451, "later"))
    await story.approved()
    await story.step(lifecycle.cancel, None)
    assert story.invitations() == []
    story.smtp.answer_to(ROJAS.email, None)
    story.clock.advance(hours=1)
    await story.drain()
    assert [(each.method, each.sequence) for each in story.invitations()] == [("CANCEL", 1)]


async def test_a_retry_is_the_same_bytes(story: Story) -> None:
    story.smtp.answer_to(ROJAS.email, Answer(hang_up=True))
    await story.approved()
    story.smtp.answer_to(ROJAS.email, None)
    async with story.office.act(story.bolivia) as act:
        await replies.reply(act, story.attendance_id, "tentative")
    story.clock.advance(minutes=1)
    await story.drain()
    first, again = story.smtp.to(ROJAS.email)
    assert first.data == again.data


async def test_an_all_day_event_takes_no_time_and_no_zone(story: Story) -> None:
    body = example(visibility="public")
    body["observation"] |= {"period": None, "arrival": None, "programme": []}
    await story.approved(body)
    (invitation,) = story.invitations()
    assert invitation.starts == "2027-08-18"
    assert str(invitation.event["DTEND"].dt) == "2027-08-30"
    assert (str(invitation.event["TRANSP"]), str(invitation.event["CLASS"])) == ("TRANSPARENT", "PUBLIC")


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr"])
async def test_a_test_is_marked_in_each_language(story: Story, language: str) -> None:
    await story.approved(example(test=True), Observer("Rojas", ROJAS.email, language))
    (invitation,) = story.invitations()
    assert "%(" not in invitation.text
    title = invitation.event["SUMMARY"]
    assert str(title) != f"{story.notice.reference} {story.notice.content['title']['es']}"
    assert str(title) in str(invitation.message["Subject"])
    assert invitation.text.startswith("***")


async def test_the_link_answers_for_its_own_attendance_alone(story: Story) -> None:
    await story.approved()
    token = replies.answer_token(story.office, await story.row())
    assert (await replies.reply_by_link(story.office, token, "accepted"))["reply"] == "accepted"
    for wrong in ("", "x.y", token[:-1], token.replace(".", ".x"), f"{story.notice.id}.{token.partition('.')[2]}"):
        with pytest.raises(NotVisible):
            await replies.reply_by_link(story.office, wrong, "declined")
    assert (await story.row())["reply"] == "accepted"
    assert len(story.invitations()) == 1, "an answer changes nothing in the calendar"


async def test_an_invitation_that_bounced_is_repeated_by_the_host(story: Story, actor: MakeActor) -> None:
    story.smtp.answer_to(ROJAS.email, Answer(550, "no such user", at="rcpt"))
    await story.approved()
    story.smtp.answer_to(ROJAS.email, None)
    async with story.office.database.read() as connection:
        import sqlalchemy as sa

        from notify.delivery.tables import deliveries as table

        found = await connection.execute(sa.select(table.c.id, table.c.status).where(table.c.kind == "invitation"))
        ((delivery_id, status),) = found.all()
    assert status == "bounced"
    with pytest.raises(NotAllowed):
        async with story.office.act(story.bolivia) as act:
            await deliveries.retry(act, delivery_id)
    with pytest.raises(NotVisible):
        async with story.office.act(await actor("JAM", "officer")) as act:
            await deliveries.retry(act, delivery_id)
    async with story.office.act(story.peru) as act:
        await deliveries.retry(act, delivery_id)
    await story.drain()
    assert len(story.invitations()) == 1


@pytest.mark.parametrize(
    ("language", "arrival", "point"),
    [
        ("es", "jueves 19 de agosto de 2027, 10:00 (Lima)", "vie 20 ago, 08:00: Exposición inicial"),
        ("en", "Thursday 19 August 2027, 10:00 (Lima)", "Fri 20 Aug, 08:00: Briefing"),
    ],
)
async def test_its_times_are_written_as_its_reader_writes_them(
    story: Story, language: str, arrival: str, point: str
) -> None:
    await story.approved(example(), Observer("Rojas", ROJAS.email, language))
    (invitation,) = story.invitations()
    lines = str(invitation.event["DESCRIPTION"]).splitlines()
    assert any(line.endswith(arrival) for line in lines), lines
    assert point in lines
