"""Puts the loop together: who makes the messages of each kind, who sends them, and what else an event becomes."""

from __future__ import annotations

from notify.delivery import bodies
from notify.delivery.channels.email import EmailChannel
from notify.delivery.channels.webhook import WebhookChannel
from notify.observers import eventdata, invitations
from notify.observers import mail as invitation_mail
from notify.office import Office
from worker.loop import Loop
from worker.pace import Pace, pace_of


def make_loop(office: Office, kind: str = "worker", pace: Pace | None = None) -> Loop:
    """A loop on the office's database; ``kind`` is ``inside`` in the web process, ``worker`` in one of its own."""
    settings = office.settings
    pace = pace or pace_of(settings)
    return Loop(
        office=office,
        prepare={
            "event": bodies.events(office, eventdata.data_of),
            "letter": bodies.letters(office),
            "invitation": invitation_mail.invitations(office),
        },
        channels={"email": EmailChannel(settings, pace.answer), "webhook": WebhookChannel(settings, pace.answer)},
        expanders=(invitations.follow,),
        pace=pace,
        kind=kind,
    )
