"""Drafts: what an officer writes before anybody else sees it. A draft is revision 0 of a notice."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from notify.audit.lines import append
from notify.errors import Invalid, LifecycleError, NotAllowed
from notify.ids import new_id
from notify.language import text
from notify.notices import content as rules
from notify.notices.derived import columns
from notify.notices.known import known_parties
from notify.notices.notice import Content, Notice, check_match, dumps, etag_of, lock
from notify.notices.reading import get
from notify.notices.tables import notices
from notify.office import Act


async def create(act: Act, body: Mapping[str, object]) -> Notice:
    """A new draft of the actor's own state. Raises `Invalid` with every fault, `NotAllowed` for another state."""
    act.actor.require("draft", "officer")
    _check_own_state(act, body)
    content = rules.parse(body, await known_parties(act.connection))
    notice_id = new_id()
    await act.connection.execute(
        sa.insert(notices).values(
            id=notice_id,
            status="draft",
            revision=0,
            events=0,
            seats_taken=0,
            created_at=act.now,
            created_by=act.actor.person_id,
            updated_at=act.now,
            **_content_columns(notice_id, "draft", content),
        )
    )
    await append(act, "notice.draft", "notice", notice_id)
    return await get(act.connection, act.actor, notice_id)


async def replace(act: Act, notice_id: str, body: Mapping[str, object], if_match: str | None = None) -> Notice:
    """Replace all that a draft says."""
    notice = await own(act, notice_id)
    act.actor.require("draft", "officer")
    _check_own_state(act, body)
    content = rules.parse(body, await known_parties(act.connection))
    check_match(notice, if_match)
    _check_is_draft(notice)
    await act.connection.execute(
        sa.update(notices)
        .where(notices.c.id == notice_id)
        .values(updated_at=act.now, **_content_columns(notice_id, "draft", content))
    )
    await append(act, "notice.redraft", "notice", notice_id)
    return await get(act.connection, act.actor, notice_id)


async def delete(act: Act, notice_id: str, if_match: str | None = None) -> None:
    """Delete a draft; its audit lines stay."""
    notice = await own(act, notice_id)
    act.actor.require("draft", "officer")
    check_match(notice, if_match)
    _check_is_draft(notice)
    await act.connection.execute(sa.delete(notices).where(notices.c.id == notice_id))
    await append(act, "notice.delete", "notice", notice_id)


async def submit(act: Act, notice_id: str, if_match: str | None = None) -> Notice:
    """Hand a complete draft to whoever releases it."""
    notice = await own(act, notice_id)
    act.actor.require("draft", "officer")
    if faults := rules.missing(notice.content):
        raise Invalid(faults, text("The draft is not complete yet. Fill in the fields named, then submit it."))
    check_match(notice, if_match)
    if notice.status != "draft":
        raise LifecycleError(text("Only a draft can be submitted. Read the notice to see where it stands."))
    return await _move(act, notice, "submitted", "notice.submit")


async def send_back(act: Act, notice_id: str, if_match: str | None = None) -> Notice:
    """Return a submitted notice to its author as a draft."""
    notice = await own(act, notice_id)
    act.actor.require("publish", "officer")
    check_match(notice, if_match)
    if notice.status != "submitted":
        raise LifecycleError(text("Only a submitted notice can be returned. Read the notice to see where it stands."))
    return await _move(act, notice, "draft", "notice.return")


async def own(act: Act, notice_id: str) -> Notice:
    """The locked notice of the actor's own state.

    Raises `NotVisible` for one that the actor may not know of, `NotAllowed` for one that is another state's.
    """
    notice = await lock(act.connection, notice_id)
    if act.actor.party is None or notice.state != act.actor.party:
        await get(act.connection, act.actor, notice_id)
        raise NotAllowed(text("Only the state that posts a notice can change it."))
    return notice


async def _move(act: Act, notice: Notice, status: str, verb: str) -> Notice:
    submitted = status == "submitted"
    await act.connection.execute(
        sa.update(notices)
        .where(notices.c.id == notice.id)
        .values(
            status=status,
            etag=etag_of(notice.id, status, notice.revision, notice.content),
            updated_at=act.now,
            submitted_at=act.now if submitted else None,
            submitted_by=act.actor.person_id if submitted else None,
        )
    )
    await append(act, verb, "notice", notice.id)
    return await get(act.connection, act.actor, notice.id)


def _check_own_state(act: Act, body: Mapping[str, object]) -> None:
    state = body.get("state")
    if isinstance(state, str) and state != act.actor.party:
        raise NotAllowed(text("A notice is posted by its own state alone. Set “state” to your own."))


def _check_is_draft(notice: Notice) -> None:
    if notice.status == "submitted":
        raise LifecycleError(text("The notice is submitted for release. Return it first, then change it."))
    if notice.status != "draft":
        raise LifecycleError(
            text("The notice is published and stays as it is. Amend, postpone, cancel or withdraw it.")
        )


def _content_columns(notice_id: str, status: str, content: Content) -> dict[str, object]:
    return {
        "content": dumps(content),
        "etag": etag_of(notice_id, status, 0, content),
        **columns(content),
    }
