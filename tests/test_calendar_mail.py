"""Mails as bytes, read by Python's own parser as any mail program would."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.calendars.entry import Entry
from notify.calendars.itip import cancel, request
from notify.calendars.mail import InlineImage, Mailbox, calendar_message, notice_message

NOW = datetime(2027, 1, 11, 12, 0, 7, tzinfo=timezone(timedelta(hours=-3)))
ORGANIZER = Mailbox("a7f3@notices.example", "Perú: avisos")
OBSERVER = Mailbox("rojas@bol.example", 'Muñoz Rojas, José "Pepe"')
ENTRY = Entry(
    uid="1@notices.example",
    sequence=0,
    dtstamp=NOW,
    summary="PUMA: días de observación",
    description="",
    location="Mazocruz, Puno",
    geo=None,
    starts="2027-08-19T10:00",
    ends="2027-08-21T18:00",
    timezone="America/Lima",
    all_day=False,
    status="CONFIRMED",
    url="",
    public=False,
)
INVITATION = request(ENTRY, ORGANIZER.address, ORGANIZER.name, OBSERVER.address, OBSERVER.name, False)
CANCELLATION = cancel(ENTRY, ORGANIZER.address, ORGANIZER.name, OBSERVER.address, OBSERVER.name)


def calendar_mail(
    calendar: bytes = INVITATION, method: str = "REQUEST", message_id: str = "0192@notices.example"
) -> bytes:
    return calendar_message(
        sender=ORGANIZER,
        to=OBSERVER,
        subject="Invitación: PUMA, ejercicio nacional de brigada de montaña, días de observación",
        text="Perú la invita.\n.\nFrom Lima\n",
        html="<p>Perú la invita.</p>",
        calendar=calendar,
        method=method,
        message_id=message_id,
        date=NOW,
        reply_to=ORGANIZER,
    )


def notice_mail(
    subject: str = "PER-2027-M4-003",
    text: str = "Text\n",
    to: Mailbox = OBSERVER,
    headers: dict[str, str] | None = None,
    images: tuple[InlineImage, ...] = (),
) -> bytes:
    return notice_message(
        sender=ORGANIZER,
        to=to,
        subject=subject,
        text=text,
        html='<p>HTML <img src="cid:map.1"></p>\n',
        message_id="0193@notices.example",
        date=NOW,
        headers=headers,
        images=images,
    )


def parse(mail: bytes) -> EmailMessage:
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def types(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_an_invitation_is_the_last_alternative_and_attached_once_more() -> None:
    message = parse(calendar_mail())
    assert types(message) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    alternative, attached = message.iter_parts()
    calendar = list(alternative.iter_parts())[-1]
    assert b"\r\nContent-Type: text/calendar; charset=UTF-8; method=REQUEST\r\n" in calendar_mail()
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert attached.get_filename() == attached["Content-Type"].params["name"] == "invite.ics"
    assert attached["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert calendar.get_payload(decode=True) == attached.get_payload(decode=True) == INVITATION


def test_the_mails_method_is_the_calendars() -> None:
    assert b"\r\nContent-Type: text/calendar; charset=UTF-8; method=CANCEL\r\n" in calendar_mail(CANCELLATION, "CANCEL")
    with pytest.raises(ValueError, match="METHOD"):
        calendar_mail(CANCELLATION, "REQUEST")


def test_the_header_names_everyone_and_says_that_a_program_wrote() -> None:
    message = parse(calendar_mail())
    for field, mailbox in (("From", ORGANIZER), ("To", OBSERVER), ("Reply-To", ORGANIZER)):
        (address,) = message[field].addresses
        assert (address.addr_spec, address.display_name) == (mailbox.address, mailbox.name)
    assert message["Subject"] == "Invitación: PUMA, ejercicio nacional de brigada de montaña, días de observación"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<0192@notices.example>"
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("make", [calendar_mail, notice_mail])
def test_a_mail_is_ascii_in_short_lines_that_end_in_crlf(make: Callable[[], bytes]) -> None:
    mail = make()
    assert mail.isascii()
    assert mail.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail)
    assert max(len(line) for line in mail.split(b"\r\n")) <= 78


def test_a_retry_sends_the_same_bytes_and_another_mail_has_other_boundaries() -> None:
    assert calendar_mail() == calendar_mail()
    boundaries = [re.findall(rb'boundary="([^"]+)"', calendar_mail(message_id=f"{n}@notices.example")) for n in (1, 2)]
    assert len(set(boundaries[0] + boundaries[1])) == 4


@pytest.mark.slow
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300))
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    plain = parse(notice_mail(text=text)).get_body(("plain",))
    assert plain is not None
    payload = plain.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == text


@given(
    subject=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), max_size=300)
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assert str(parse(notice_mail(subject=subject))["Subject"]).strip(" ") == subject.strip(" ")


@pytest.mark.slow
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), max_size=200))
def test_a_name_arrives_as_it_was_written(name: str) -> None:
    # By RFC 2047's own reader: the newer one puts a space between two encoded words of a phrase.
    raw = email.message_from_bytes(notice_mail(to=Mailbox(OBSERVER.address, name)), policy=email.policy.compat32)["To"]
    phrase, address = parseaddr(raw)
    assert address == OBSERVER.address
    assert " ".join(str(make_header(decode_header(phrase))).split()) == " ".join(name.split())


@pytest.mark.parametrize(
    "make",
    [
        lambda: notice_mail(subject="Aviso\r\nBcc: a@b.example"),
        lambda: notice_mail(subject="Notice\nBcc: a@b.example"),
        lambda: notice_mail(to=Mailbox("a@b.example\r\nBcc: c@d.example")),
        lambda: notice_mail(to=Mailbox("a@b.example, c@d.example")),
        lambda: notice_mail(to=Mailbox("a@b.example", "A\r\nBcc: c@d.example")),
        lambda: notice_mail(headers={"List-Unsubscribe": "<https://x.example>\r\nBcc: a@b.example"}),
        lambda: notice_mail(headers={"X: y\r\nBcc": "a@b.example"}),
        lambda: notice_mail(headers={"bcc ": "a@b.example"}),
        lambda: notice_mail(headers={"TO": "a@b.example"}),
        lambda: notice_mail(headers={"Content-Type": "text/plain"}),
        lambda: notice_mail(headers={"X-A": "1", "x-a": "2"}),
        lambda: notice_mail(headers={"X-A": "ñ"}),
        lambda: notice_mail(headers={"X-A": "a" * 1000}),
        lambda: calendar_mail(message_id="0192@notices.example>\r\nBcc: <a@b.example"),
        lambda: calendar_mail(message_id="<0192@notices.example>"),
        lambda: InlineImage("map>\r\nX: <y", "png", b""),
    ],
)
def test_no_value_becomes_a_header_of_its_own(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"is not|cannot|twice|ASCII"):
        make()


def test_further_headers_stand_as_given() -> None:
    unsubscribe = "<https://notices.example/unsubscribe/" + "x" * 120 + ">"
    message = parse(notice_mail(headers={"List-Unsubscribe": unsubscribe, "Auto-Submitted": "auto-replied"}))
    assert message["List-Unsubscribe"] == unsubscribe
    assert message.get_all("Auto-Submitted") == ["auto-replied"]


def test_a_notice_is_text_or_html_with_the_images_that_it_shows() -> None:
    assert types(parse(notice_mail())) == ["multipart/alternative", "text/plain", "text/html"]
    message = parse(
        notice_mail(images=(InlineImage("map.1", "svg+xml", b"<svg/>\n"), InlineImage("b", "png", b"\x89P\r\n")))
    )
    assert types(message) == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/svg+xml", "image/png",
    ]  # fmt: skip
    svg, png = list(message.walk())[-2:]
    assert svg["Content-ID"] == "<map.1>"
    assert (svg.get_payload(decode=True), png.get_payload(decode=True)) == (b"<svg/>\n", b"\x89P\r\n")


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        notice_message(
            sender=ORGANIZER, to=OBSERVER, subject="x", text="", html="", message_id="1@x.example",
            date=NOW.replace(tzinfo=None),
        )  # fmt: skip
