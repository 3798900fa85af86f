"""Drafts of Peru's as the tests of their pages need them, and what the tables keep of them."""

from __future__ import annotations

from typing import Any

from notify.actor import Actor
from notify.notices import drafts, reading
from notify.notices.notice import Notice
from notify.office import Office
from notify.web import forms_routes
from tests.support.notices import example
from tests.support.visiting import Story


async def begin_writing(office: Office) -> Story:
    """A story whose pages hold the forms too."""
    begun = await Story.begin(office)
    begun.town.app.router.routes[:0] = forms_routes.ROUTES
    return begun


async def drafted(story: Story, body: dict[str, Any] | None = None, officer: Actor | None = None) -> Notice:
    """A draft, of the examples' exercise unless a body is given."""
    async with story.office.act(officer or story.peru) as act:
        return await drafts.create(act, body or example("exercise"))


async def stored(story: Story, notice_id: str, officer: Actor | None = None) -> Notice:
    """A notice as it stands."""
    async with story.office.database.read() as connection:
        return await reading.get(connection, officer or story.peru, notice_id)


async def said(story: Story, notice_id: str, officer: Actor | None = None) -> dict[str, Any]:
    """What a notice says."""
    return (await stored(story, notice_id, officer)).content


def edit(notice: Notice, step: str = "") -> str:
    """The address of a draft's list of steps, or of the form of one."""
    return f"/notices/{notice.id}/edit" + (f"/{step}" if step else "")
