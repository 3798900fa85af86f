"""Mails of revisions: what all have in common is rendered once an event and language, then each gets its own part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from notify import links
from notify.calendars.mail import Mailbox, notice_message
from notify.delivery.channels.email import MailMessage
from notify.delivery.kept import Kept
from notify.delivery.mail_rendering import Button, Rendered, message_id, render, sender
from notify.delivery.news import Told
from notify.delivery.notice_mail import NoticeMail, notice_mail
from notify.delivery.subscription_links import unsubscribe_token
from notify.delivery.subscription_models import Subscription
from notify.language import Translator, text, translator
from notify.office import Office
from notify.parties.directory import Directory
from notify.parties.reasons import reason_words

ACKNOWLEDGE = "acknowledge"

_RECIPIENT, _FOOT = "\0recipient\0", "\0foot\0"


def acknowledge_token(office: Office, notice_id: str, revision: int, party: str) -> str:
    """The token of the link with which a party acknowledges a revision."""
    return links.make(office.vault, ACKNOWLEDGE, f"{notice_id}:{revision}:{party}", 0)


@dataclass(frozen=True)
class RecipientPart:
    """What a mail says to one party: why it is told, and what it is asked for."""

    why: str
    reasons: Sequence[str]
    button: Button | None
    note: str


class NewsMails:
    """Makes mails of revisions, and keeps what the next ones have in common with them."""

    def __init__(self, office: Office) -> None:
        self._office = office
        # An event in four languages, for the clocks of the parties that it is told to.
        self._shared: Kept[tuple[str, str, str], tuple[str, Rendered]] = Kept(lambda each: _size(each[1]))
        self._parts: Kept[tuple[str, str, str, str], Rendered] = Kept(_size)

    def mail(
        self, delivery_id: str, event: Mapping[str, Any], told: Told, subscription: Subscription, directory: Directory
    ) -> MailMessage:
        """The mail of one delivery: the same bytes whenever it is made, which is when it is sent."""
        settings, language, party = self._office.settings, subscription["language"], subscription["party"]
        subject, shared = self._rendered(event["id"], told, directory, language, party)
        part = self._part(event["id"], told, directory, subscription)
        foot, headers = self._foot(subscription, directory)
        to = Mailbox(subscription["address"])

        def made() -> bytes:
            return notice_message(
                sender=sender(settings, translator(language)),
                to=to,
                subject=subject,
                text=shared.text.replace(_RECIPIENT, part.text).replace(_FOOT, foot.text),
                html=shared.html.replace(_RECIPIENT, part.html).replace(_FOOT, foot.html),
                message_id=message_id(settings, delivery_id),
                date=event["at"],
                headers=headers,
            )

        return MailMessage(delivery_id, settings.mail_from, to.address, made, event["request_id"])

    def _rendered(
        self, event_id: str, told: Told, directory: Directory, language: str, party: str
    ) -> tuple[str, Rendered]:
        reader = directory.party(party)
        # Whole days are the same by every clock.
        whole_days = told.revision["content"]["period"]["all_day"]
        zone = reader.timezone if reader is not None and not whole_days else "UTC"
        key = (event_id, language, zone)
        kept = self._shared.get(key)
        if kept is not None:
            return kept
        mail = notice_mail(told, directory, language, zone, self._office.settings.base_url)
        words = _words(mail, translator(language))
        rendered = render("notice", mail=mail, words=words, recipient=_RECIPIENT, foot=_FOOT)
        return self._shared.put(key, (mail.subject, rendered))

    def _part(self, event_id: str, told: Told, directory: Directory, subscription: Subscription) -> Rendered:
        language, party, kind = subscription["language"], subscription["party"], subscription["kind"]
        key = (event_id, language, party, kind)
        kept = self._parts.get(key)
        if kept is not None:
            return kept
        return self._parts.put(key, render("recipient", part=self._words_to(told, directory, language, party, kind)))

    def _words_to(self, told: Told, directory: Directory, language: str, party: str, kind: str) -> RecipientPart:
        say = translator(language)
        revision = int(told.revision["revision"])
        button = None
        if kind == "official":
            token = acknowledge_token(self._office, told.notice.id, revision, party)
            button = Button(
                say(text("Acknowledge receipt of revision %(n)s", n=revision)),
                f"{self._office.settings.base_url}/acknowledge/{token}",
            )
        return RecipientPart(
            why=say(text("Why %(party)s is told", party=directory.name(party, language))),
            reasons=[reason_words(each, directory, say) for each in told.reasons.get(party, ())],
            button=button,
            note=say(text("An acknowledgement says that the notice has arrived. It is a receipt, without prejudice.")),
        )

    def _foot(self, subscription: Subscription, directory: Directory) -> tuple[Rendered, dict[str, str]]:
        """The last lines, and the header fields that belong to them (List-Unsubscribe: RFC 2369, RFC 8058)."""
        say = translator(subscription["language"])
        base_url = self._office.settings.base_url
        unread = say(text("Nobody reads answers to this address. Write to the point of contact named in the notice."))
        if subscription["kind"] == "official":
            party = directory.name(subscription["party"], subscription["language"])
            why = say(text("This is an official subscription of %(party)s. Its managers look after it:", party=party))
            url, headers = f"{base_url}/subscriptions", {}
        else:
            why = say(text("This is your personal subscription. End it here:"))
            url = f"{base_url}/unsubscribe/{unsubscribe_token(self._office, subscription)}"
            headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        html = Markup(
            '<p style="margin:0 0 8px">{}</p><p style="margin:0">{} <a href="{}" style="color:#0b5a73">{}</a></p>'
        )
        return Rendered(f"{unread}\n{why} {url}", str(html.format(unread, why, url, url))), headers


def _size(rendered: Rendered) -> int:
    return len(rendered.text) + len(rendered.html)


def _words(mail: NoticeMail, say: Translator) -> dict[str, str]:
    """What the parts of the mail are called."""
    return {
        "test": say(text("Test of the system")),
        "test_note": say(text("It announces no activity. It asks for an acknowledgement.")),
        "note": say(text("Note")),
        "reason": say(text("Reason:")),
        "changed": say(text("What changed")),
        "field": say(text("Field")),
        "before": say(text("Before")),
        "now": say(text("Now")),
        "absent": say(text("not given")),
        "removed": say(text("removed")),
        "notice": say(text("The notice")),
        "open": say(text("Read the notice with its map and history")),
    }
