"""/parties: who can be told."""

from __future__ import annotations

from notify.api.call import Answer, Call
from notify.api.paging import paged
from notify.errors import NotVisible
from notify.parties import directory
from notify.parties.directory import Party


async def list_parties(call: Call) -> Answer:
    """GET /parties, by code"""
    kind = call.request.query_params.get("kind")
    found = (await directory.load(call.connection)).all()
    return Answer(paged(call.request, [party_json(party) for party in found if kind in (None, party.kind)]))


async def get(call: Call) -> Answer:
    """GET /parties/{code}"""
    party = (await directory.load(call.connection)).party(call.path("code"))
    if party is None:
        raise NotVisible()
    return Answer(party_json(party))


def party_json(party: Party) -> dict[str, object]:
    """A party as JSON."""
    return {
        "code": party.code,
        "kind": party.kind,
        "alpha2": party.alpha2,
        "names": dict(party.names),
        "timezone": party.timezone,
        "languages": list(party.languages),
        "status": party.status,
        "ministry": party.ministry,
    }
