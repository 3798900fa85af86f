"""The acts of the audit log in words; the codes are what is hashed, and stand beside them."""

from __future__ import annotations

from collections.abc import Mapping

from notify.language import Text, text

_ACTS: Mapping[str, Text] = {
    "adjacency.replace": text("changed the neighbouring states"),
    "attendance.approve": text("approved an observer"),
    "attendance.decline": text("declined an observer"),
    "attendance.endorse": text("endorsed an observer"),
    "attendance.nominate": text("nominated an observer"),
    "attendance.reply": text("answered an invitation"),
    "attendance.request": text("asked to attend"),
    "attendance.revoke": text("revoked an approval"),
    "attendance.withdraw": text("withdrew an observer"),
    "delivery.retry": text("repeated a delivery"),
    "key.make": text("made a signing key"),
    "notice.acknowledge": text("acknowledged a notice"),
    "notice.amended": text("amended a notice"),
    "notice.cancelled": text("cancelled an event"),
    "notice.completed": text("reported an event as completed"),
    "notice.delete": text("deleted a draft"),
    "notice.draft": text("drafted a notice"),
    "notice.postponed": text("postponed an event"),
    "notice.published": text("published a notice"),
    "notice.redraft": text("changed a draft"),
    "notice.return": text("returned a draft"),
    "notice.submit": text("submitted a draft"),
    "notice.withdrawn": text("withdrew a notice issued in error"),
    "person.disable": text("disabled an account"),
    "person.enable": text("enabled an account"),
    "person.forgot": text("asked for a new password"),
    "person.invite": text("invited somebody"),
    "person.language": text("chose a language"),
    "person.password": text("changed the password"),
    "person.reset": text("had a new password set"),
    "person.roles": text("changed somebody’s roles"),
    "person.take_up": text("took up an account"),
    "session.close": text("closed a session"),
    "session.close_others": text("closed other sessions"),
    "session.open": text("signed in"),
    "subscription.change": text("changed a subscription"),
    "subscription.confirm": text("confirmed an address"),
    "subscription.create": text("added a subscription"),
    "subscription.delete": text("removed a subscription"),
    "subscription.disable": text("switched a subscription off"),
    "subscription.rotate": text("made a new secret"),
    "subscription.test": text("tried a subscription"),
    "subscription.unsubscribe": text("ended a subscription"),
    "token.create": text("made a token"),
    "token.revoke": text("revoked a token"),
}

_OBJECTS: Mapping[str, Text] = {
    "address": text("address"),
    "attendance": text("observer"),
    "delivery": text("delivery"),
    "graph": text("table of neighbours"),
    "key": text("signing key"),
    "notice": text("notice"),
    "person": text("person"),
    "session": text("session"),
    "subscription": text("subscription"),
    "token": text("token"),
}

_ACTORS: Mapping[str, Text] = {
    "command": text("a command"),
    "link": text("a link"),
    "token": text("a token"),
    "worker": text("the service itself"),
    "person": text("a person"),
}


def act_words(act: str) -> Text | str:
    """An act in words, or its code where there are none."""
    return _ACTS.get(act, act)


def object_words(kind: str) -> Text | str:
    """The kind of what was acted on."""
    return _OBJECTS.get(kind, kind)


def actor_words(kind: str) -> Text | str:
    """What acted."""
    return _ACTORS.get(kind, kind)
