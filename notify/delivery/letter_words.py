"""What each letter says; see `letters.Kind` for the facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.delivery.mail_rendering import Button, ShortMail, service_name
from notify.delivery.outcome import error_words
from notify.language import Text, Translator, text, translator
from notify.parties.directory import Directory
from notify.parties.edges import Edge, edge_text
from notify.words import word


def letter_mail(kind: str, facts: Mapping[str, Any], language: str, directory: Directory, base_url: str) -> ShortMail:
    """A letter in words. Raises KeyError for a fact that is missing, ValueError for an unknown kind."""
    say = translator(language)
    match kind:
        case "confirm":
            party = directory.name(facts["party"], language)
            return _mail(
                say,
                text("Confirm this address for notices to %(party)s", party=party),
                text("%(party)s wants advance notices to be sent to this address.", party=party),
                text("Confirm the address and they will be. If nobody of yours asked for this, do nothing."),
                button=Button(say(text("Confirm this address")), facts["link"]),
            )
        case "invite":
            return _mail(
                say,
                text("Your account"),
                _invitation(facts, directory, language),
                text("Set a password within 7 days; the link works once."),
                button=Button(say(text("Set a password")), facts["link"]),
            )
        case "reset":
            return _mail(
                say,
                text("A new password"),
                text("A new password was asked for your account. The old one works until you set another."),
                text("The link works once, within an hour. If it was not you who asked, do nothing."),
                button=Button(say(text("Set a new password")), facts["link"]),
            )
        case "subscription_changed":
            return _mail(
                say,
                _CHANGES[facts["what"]],
                text("%(name)s changed an official subscription of your party. All its officers are told.",
                     name=facts["by"]),
                rows=_subscription_rows(say, facts),
                button=Button(say(text("Open the subscriptions")), f"{base_url}/subscriptions"),
            )  # fmt: skip
        case "subscription_disabled":
            why: Text = error_words("gone") if facts["reason"] == "gone" else text("it no longer works")
            return _mail(
                say,
                text("A subscription was switched off"),
                text("The service switched off this subscription: %(why)s.", why=why),
                text("Notices no longer go there. Switch it on again once it works, or make another one."),
                rows=_subscription_rows(say, facts),
                button=Button(say(text("Open the subscriptions")), f"{base_url}/subscriptions"),
            )
        case "adjacency_changed":
            return _adjacency(say, facts, directory, base_url)
    raise ValueError(kind)


_CHANGES: Mapping[str, Text] = {
    "created": text("An official subscription was made"),
    "changed": text("An official subscription was changed"),
    "switched_on": text("An official subscription was switched on"),
    "switched_off": text("An official subscription was switched off"),
    "deleted": text("An official subscription was deleted"),
    "rotated": text("The secret of an official subscription was renewed"),
}


def _mail(
    say: Translator,
    heading: Text,
    *paragraphs: Text,
    rows: tuple[tuple[str, str], ...] = (),
    button: Button | None = None,
) -> ShortMail:
    return ShortMail(
        language=say.language,
        subject=say(heading),
        service=service_name(say),
        heading=say(heading),
        paragraphs=tuple(say(paragraph) for paragraph in paragraphs),
        rows=rows,
        buttons=(button,) if button else (),
        notes=(say(text("Nobody reads answers to this address.")),),
    )


def _invitation(facts: Mapping[str, Any], directory: Directory, language: str) -> Text:
    if facts["party"] is None:
        return text("An account was made for you at this service.")
    return text(
        "An account was made for you at this service, as one of the people of %(party)s.",
        party=directory.name(facts["party"], language),
    )


def _subscription_rows(say: Translator, facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    rows = (
        (say(text("Channel")), say(word("channel", facts["channel"]))),
        (say(text("Address")), facts["address"]),
    )
    return tuple((label, value) for label, value in rows if value)


def _adjacency(say: Translator, facts: Mapping[str, Any], directory: Directory, base_url: str) -> ShortMail:
    """Both parties of an edge that came or went learn of it: it decides who tells whom."""
    party = directory.name(facts["party"], say.language)
    rows = [
        (say(label), say(edge_text(Edge(*edge), directory, say.language)))
        for label, edges in ((text("Removed"), facts["removed"]), (text("Added"), facts["added"]))
        for edge in edges
    ]
    return _mail(
        say,
        text("The neighbouring states of %(party)s have changed", party=party),
        text(
            "An administrator changed the table by which neighbouring states are told. Past notices stay as they are."
        ),
        text("Reason: %(reason)s", reason=facts["reason"]),
        rows=tuple(rows),
        button=Button(say(text("Open the neighbouring states")), f"{base_url}/neighbours"),
    )
