"""The steps of a published notice: publish, amend, postpone, cancel, complete, withdraw. Each makes a revision.

Whether a step is allowed is decided in `steps`, what a revision is made of in `revising`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.errors import Invalid
from notify.language import text
from notify.notices import content as rules
from notify.notices.amending import amend as apply
from notify.notices.drafts import own
from notify.notices.known import known_parties
from notify.notices.notice import Content, Notice, check_match
from notify.notices.reading import get
from notify.notices.revising import Step, revise
from notify.notices.steps import after
from notify.office import Act


async def publish(act: Act, notice_id: str, if_match: str | None = None) -> Notice:
    """Publish a draft or a submitted notice: revision 1, with its reference."""
    notice = await _mine(act, notice_id)
    _check_complete(notice.content)
    content = notice.content
    if notice.revision == 0:
        # Parties and groups can have changed since the draft was saved.
        content = rules.parse(content, await known_parties(act.connection))
    check_match(notice, if_match)
    status = after("publish", notice.status, begun=_begun(act, notice))
    return await _revised(act, notice, Step("published", status, content))


async def amend(
    act: Act,
    notice_id: str,
    changes: Mapping[str, Any],
    reason: dict[str, str] | None = None,
    if_match: str | None = None,
) -> Notice:
    """Replace whole top-level fields; what is not named stays. The result is validated as a whole.

    ``changes`` may hold the ``reason`` too. Raises `Invalid` with every fault.
    """
    notice = await _mine(act, notice_id)
    body = {**changes, "reason": reason} if reason else changes
    amended = apply(
        notice.content,
        body,
        await known_parties(act.connection),
        seats_taken=notice.seats_taken,
        postponed=notice.status == "postponed",
    )
    check_match(notice, if_match)
    status = after("amend", notice.status, begun=_begun(act, notice), period_given=amended.period_given)
    return await _revised(act, notice, Step("amended", status, amended.content, amended.reason))


async def postpone(act: Act, notice_id: str, reason: dict[str, str] | None, if_match: str | None = None) -> Notice:
    """Take the dates back without new ones; an amendment that gives a period sets it in force again."""
    notice = await _mine(act, notice_id)
    check_match(notice, if_match)
    status = after("postpone", notice.status, begun=_begun(act, notice))
    return await _revised(act, notice, Step("postponed", status, notice.content, reason))


async def cancel(act: Act, notice_id: str, reason: dict[str, str] | None, if_match: str | None = None) -> Notice:
    """The activity will not take place."""
    notice = await _mine(act, notice_id)
    check_match(notice, if_match)
    status = after("cancel", notice.status, begun=_begun(act, notice))
    return await _revised(act, notice, Step("cancelled", status, notice.content, reason))


async def complete(act: Act, notice_id: str, outcome: dict[str, object] | None, if_match: str | None = None) -> Notice:
    """The activity has taken place; ``outcome`` says how it ended."""
    notice = await _mine(act, notice_id)
    check_match(notice, if_match)
    status = after("complete", notice.status, begun=_begun(act, notice))
    content = dict(notice.content)
    if outcome:
        content["outcome"] = outcome
    return await _revised(act, notice, Step("completed", status, content, None, outcome))


async def withdraw(act: Act, notice_id: str, reason: dict[str, str] | None, if_match: str | None = None) -> Notice:
    """The notice was issued in error: it has no effect, and everybody told of it is told so."""
    notice = await _mine(act, notice_id)
    check_match(notice, if_match)
    status = after("withdraw", notice.status, begun=_begun(act, notice))
    return await _revised(act, notice, Step("withdrawn", status, notice.content, reason))


async def _mine(act: Act, notice_id: str) -> Notice:
    notice = await own(act, notice_id)
    act.actor.require("publish", "officer")
    return notice


async def _revised(act: Act, notice: Notice, step: Step) -> Notice:
    await revise(act, notice, step)
    return await get(act.connection, act.actor, notice.id)


def _begun(act: Act, notice: Notice) -> bool:
    return notice.starts_at is not None and notice.starts_at <= act.now


def _check_complete(content: Content) -> None:
    if faults := rules.missing(content):
        raise Invalid(faults, text("The notice is not complete yet. Fill in the fields named, then publish it."))
