"""/notices: drafts, the steps of the life cycle, and revisions."""

from __future__ import annotations

import json
from collections.abc import Mapping

from notify.api.call import Answer, Call, free_text
from notify.api.paging import limit_and_cursor
from notify.digits import whole
from notify.errors import NotVisible
from notify.notices import drafts, history, lifecycle, reading
from notify.notices.bodies import CancelBody, CompleteBody, PostponeBody, WithdrawBody
from notify.notices.filters import filters_of
from notify.notices.notice import Notice
from notify.notices.view import notice_json, rfc3339


def _answer(notice: Notice, status: int = 200) -> Answer:
    headers = {"etag": f'"{notice.etag}"'}
    if status == 201:
        headers["location"] = f"/api/v1/notices/{notice.id}"
    return Answer(notice_json(notice), status, headers)


async def list_notices(call: Call) -> Answer:
    """GET /notices"""
    limit, cursor = limit_and_cursor(call.request)
    found, more = await reading.page(call.connection, call.actor, filters_of(call.request.query_params), limit, cursor)
    return Answer({"items": [notice_json(notice) for notice in found], "next_cursor": more})


async def create(call: Call) -> Answer:
    """POST /notices"""
    return _answer(await drafts.create(call.acting, call.body), 201)


async def get(call: Call) -> Answer:
    """GET /notices/{id}"""
    return _answer(await reading.get(call.connection, call.actor, call.path("id")))


async def replace(call: Call) -> Answer:
    """PUT /notices/{id}"""
    return _answer(await drafts.replace(call.acting, call.path("id"), call.body, call.if_match))


async def delete(call: Call) -> Answer:
    """DELETE /notices/{id}"""
    await drafts.delete(call.acting, call.path("id"), call.if_match)
    return Answer(None)


async def submit(call: Call) -> Answer:
    """POST /notices/{id}/submit"""
    return _answer(await drafts.submit(call.acting, call.path("id"), call.if_match))


async def send_back(call: Call) -> Answer:
    """POST /notices/{id}/return"""
    return _answer(await drafts.send_back(call.acting, call.path("id"), call.if_match))


async def publish(call: Call) -> Answer:
    """POST /notices/{id}/publish"""
    return _answer(await lifecycle.publish(call.acting, call.path("id"), call.if_match))


async def amend(call: Call) -> Answer:
    """POST /notices/{id}/amend"""
    return _answer(await lifecycle.amend(call.acting, call.path("id"), call.body, None, call.if_match))


async def postpone(call: Call) -> Answer:
    """POST /notices/{id}/postpone"""
    reason = free_text(call.parsed(PostponeBody).reason)
    return _answer(await lifecycle.postpone(call.acting, call.path("id"), reason, call.if_match))


async def cancel(call: Call) -> Answer:
    """POST /notices/{id}/cancel"""
    reason = free_text(call.parsed(CancelBody).reason)
    return _answer(await lifecycle.cancel(call.acting, call.path("id"), reason, call.if_match))


async def complete(call: Call) -> Answer:
    """POST /notices/{id}/complete"""
    outcome = call.parsed(CompleteBody).outcome
    given = dict(outcome) if outcome else None
    return _answer(await lifecycle.complete(call.acting, call.path("id"), given, call.if_match))


async def withdraw(call: Call) -> Answer:
    """POST /notices/{id}/withdraw"""
    reason = free_text(call.parsed(WithdrawBody).reason)
    return _answer(await lifecycle.withdraw(call.acting, call.path("id"), reason, call.if_match))


async def list_revisions(call: Call) -> Answer:
    """GET /notices/{id}/revisions, the latest first"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    limit, cursor = limit_and_cursor(call.request)
    before = _number(cursor) if cursor else notice.revision + 1
    rows = [row for row in await history.revisions_of(call.connection, notice) if row["revision"] < before]
    items = [revision_summary(row) for row in rows[:limit]]
    more = str(rows[limit - 1]["revision"]) if len(rows) > limit else None
    return Answer({"items": items, "next_cursor": more})


def _revision(given: str) -> int:
    number = whole(given)
    if number is None:
        raise NotVisible()
    return number


def _number(cursor: str) -> int:
    number = whole(cursor)
    if number is None:
        raise reading.bad_cursor()
    return number


def revision_summary(row: Mapping[str, object]) -> dict[str, object]:
    """A revision as the list of revisions shows it."""
    return {
        "revision": row["revision"],
        "step": row["step"],
        "status": row["status"],
        "published_at": rfc3339(row["published_at"]),  # type: ignore[arg-type]
        "reason": row["reason"],
        "outcome": row["outcome"],
        "changes": row["changes"],
        "fingerprint": row["fingerprint"],
    }


async def get_revision(call: Call) -> Answer:
    """GET /notices/{id}/revisions/{n}; with Accept: application/jose+json its signed form, as stored"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    row = await history.revision_of(call.connection, notice, _revision(call.path("n")))
    if "application/jose+json" in call.request.headers.get("accept", ""):
        return Answer(str(row["signature"]), 200, {"content-type": "application/jose+json"})
    signature = json.loads(str(row["signature"]))
    return Answer({**revision_summary(row), "content": row["content"], "signature": signature})
