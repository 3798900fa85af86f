"""What a mail says of a revision: the notice as an officer needs it, in one language, as plain values.

Everything here is the same for all who are told in this language; a recipient's own part is made in `news_mail`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notify import formats
from notify.delivery.field_words import ChangeRow, Said, change_rows, free
from notify.delivery.news import Told
from notify.delivery.notice_facts import Row, Section, facts, sections
from notify.language import Text, text, translator
from notify.notices.notice import Content
from notify.notices.times import zone_of
from notify.parties.directory import Directory
from notify.words import word

TONES: Mapping[str, str] = {
    "published": "force", "amended": "force", "postponed": "wait", "cancelled": "stop", "completed": "done",
    "withdrawn": "rest",
}  # fmt: skip
"""The tone of the look's tokens for each step."""


@dataclass(frozen=True)
class NoticeMail:
    """A revision in words."""

    language: str
    subject: str
    service: str
    test: bool
    tone: str
    band: str
    band_note: str
    poster: str
    ministry: str
    reference: str
    note_reference: str
    kind: str
    title: Said
    summary: Said | None
    reason: Said | None
    changes: Sequence[ChangeRow]
    facts: Sequence[Row]
    sections: Sequence[Section]
    url: str


def notice_mail(told: Told, directory: Directory, language: str, reader_zone: str, base_url: str) -> NoticeMail:
    """The mail of a revision in one language; ``reader_zone`` is the clock of the party that reads it."""
    say = translator(language)
    notice, revision = told.notice, told.revision
    content: Content = revision["content"]
    step = str(revision["step"])
    poster = directory.party(notice.state)
    title = free(content.get("title"), language) or Said(str(notice.reference))
    zone = zone_of(content) or "UTC"
    return NoticeMail(
        language=language,
        subject=_subject(told, title, language),
        service=say(text("Advance notices between states")),
        test=notice.test,
        tone=TONES[step],
        band=say(word("status", str(revision["status"]))),
        band_note=say(
            text(
                "Revision %(n)s, published %(when)s",
                n=revision["revision"],
                when=formats.moment(language, revision["published_at"], zone),
            )
        ),
        poster=directory.name(notice.state, language),
        ministry=poster.ministry if poster else "",
        reference=str(notice.reference),
        note_reference=str(content.get("note_reference") or ""),
        kind=_kind(content, language),
        title=title,
        summary=free(content.get("summary"), language),
        reason=free(revision["reason"], language),
        changes=change_rows(revision["changes"], language, directory),
        facts=facts(told, content, directory, language, reader_zone),
        sections=sections(content, directory, language),
        url=f"{base_url}/notices/{notice.id}",
    )


def _subject(told: Told, title: Said, language: str) -> str:
    """“PER-2027-M4-003, revision 2: dates changed – PUMA …”, marked for a test of the system."""
    say = translator(language)
    n = told.revision["revision"]
    reference: Text | str = str(told.notice.reference)
    if n > 1:
        reference = text("%(reference)s, revision %(n)s", reference=reference, n=n)
    what = say(text("%(reference)s: %(what)s", reference=reference, what=_what(told)))
    subject = f"{what}{formats.DASH}{title.text}"
    return say(text("[TEST] %(subject)s", subject=subject)) if told.notice.test else subject


def _what(told: Told) -> Text:
    changed = {str(change["pointer"]) for change in told.revision["changes"]}
    match told.revision["step"]:
        case "published":
            return text("new notice")
        case "postponed":
            return text("postponed, without new dates yet")
        case "cancelled":
            return text("cancelled")
        case "completed":
            return text("completed")
        case "withdrawn":
            return text("withdrawn, issued in error")
    if any(pointer.startswith("/period") for pointer in changed):
        return text("dates changed")
    if any(pointer.startswith("/place") for pointer in changed):
        return text("place changed")
    return text("amended")


def _kind(content: Content, language: str) -> str:
    say = translator(language)
    own = content.get("content") or {}
    match content["measure"], own.get("activity"):
        case 4, "operation":
            kind = text("Prior notification of an operation")
        case 4, _:
            kind = text("Prior notification of an exercise")
        case 5, _:
            kind = text("Defence visit")
        case _:
            kind = text("Destruction of small arms and light weapons")
    return say(text("%(kind)s · Measure %(n)s", kind=kind, n=content["measure"]))
