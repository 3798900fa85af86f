"""/notices/{id}/recipients, deliveries and acknowledgements: who was told, over what, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.accounts import person
from notify.api.call import Answer, Call, free_text
from notify.api.paging import paged
from notify.delivery import deliveries, subscriptions
from notify.notices import acknowledgements, reading
from notify.notices.bodies import AcknowledgeBody
from notify.notices.view import rfc3339
from notify.parties import directory, reasons


async def recipients(call: Call) -> Answer:
    """GET /notices/{id}/recipients of the latest revision"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    parties = await directory.load(call.connection)
    rows = await reading.recipients_of(call.connection, notice, call.actor)
    latest: dict[str, Mapping[str, Any]] = {}
    for given in await acknowledgements.acknowledgements_of(call.connection, notice, call.actor):
        if given["party"] not in latest or given["revision"] > latest[given["party"]]["revision"]:
            latest[given["party"]] = given
    names = await person.names(call.connection, [str(r["by_person"]) for r in latest.values() if r["by_person"]])
    reachable = await subscriptions.reachable(call.connection)
    items: list[dict[str, object]] = []
    for row in rows:
        receipt = latest.get(row["party"])
        items.append(
            {
                "party": row["party"],
                "reasons": [reasons.reason_json(reason, parties, call.say) for reason in reasons.parse(row["reasons"])],
                "reachable": reachable.get(row["party"], False),
                "acknowledged": None
                if receipt is None
                else {
                    "revision": receipt["revision"],
                    "at": rfc3339(receipt["at"]),
                    "by": names.get(receipt["by_person"]),
                    "via": receipt["via"],
                },
            }
        )
    return Answer(paged(call.request, items))


async def list_deliveries(call: Call) -> Answer:
    """GET /notices/{id}/deliveries"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    rows = await deliveries.of_notice(call.connection, notice, call.actor, invitations=True)
    return Answer(paged(call.request, [deliveries.delivery_json(row) for row in rows]))


async def list_acknowledgements(call: Call) -> Answer:
    """GET /notices/{id}/acknowledgements"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    rows = await acknowledgements.acknowledgements_of(call.connection, notice, call.actor)
    names = await person.names(call.connection, [str(r["by_person"]) for r in rows if r["by_person"]])
    return Answer(paged(call.request, [receipt_json(row, names.get(row["by_person"])) for row in rows]))


async def acknowledge(call: Call) -> Answer:
    """POST /notices/{id}/acknowledgements; 201 for a new receipt, 200 with the first for a second"""
    body = call.parsed(AcknowledgeBody)
    receipt, new = await acknowledgements.acknowledge(
        call.acting, call.path("id"), body.revision, free_text(body.statement)
    )
    names = await person.names(call.connection, [str(receipt["by_person"])] if receipt["by_person"] else [])
    return Answer(receipt_json(receipt, names.get(receipt["by_person"])), 201 if new else 200)


def receipt_json(row: Mapping[str, Any], by: str | None) -> dict[str, object]:
    """An acknowledgement as JSON."""
    return {
        "party": row["party"],
        "revision": row["revision"],
        "at": rfc3339(row["at"]),
        "by": by,
        "via": row["via"],
        "statement": row["statement"],
    }


async def retry(call: Call) -> Answer:
    """POST /deliveries/{id}/retry"""
    row = await deliveries.retry(call.acting, call.path("id"))
    return Answer(deliveries.delivery_json(row))
