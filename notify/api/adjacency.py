"""/adjacency: who is next to whom, its replacement by an administrator, and the preview of who would be told."""

from __future__ import annotations

from notify.api.call import Answer, Call
from notify.api.models.parties import AdjacencyBody
from notify.delivery import adjacency_letters, subscriptions
from notify.notices.bodies import parse_preview
from notify.notices.known import Known
from notify.parties import directory, graph
from notify.parties.edges import Edge
from notify.parties.graph import Graph
from notify.parties.preview import preview, preview_json


async def get(call: Call) -> Answer:
    """GET /adjacency: the latest version"""
    return Answer(graph_json(await graph.current(call.connection)))


async def replace(call: Call) -> Answer:
    """PUT /adjacency: the whole table; the parties of every edge that came or went are told"""
    body = call.parsed(AdjacencyBody)
    edges = [Edge(edge.a, edge.b, edge.kind, edge.confidence, reason=edge.reason) for edge in body.edges]
    done = await graph.replace(call.acting, edges, body.reason, based_on=body.version)
    await adjacency_letters.tell(call.acting, done, body.reason)
    return Answer(graph_json(done.graph))


async def show_preview(call: Call) -> Answer:
    """POST /adjacency/preview"""
    parties = await directory.load(call.connection)
    content = parse_preview(call.body, Known.of(parties))
    shown = preview(
        content, await graph.current(call.connection), parties, await subscriptions.reachable(call.connection)
    )
    return Answer(preview_json(shown, parties, call.say))


def graph_json(shown: Graph) -> dict[str, object]:
    """A version as JSON: what PUT takes back, and the territories outside the system that border a state."""
    return {
        "version": shown.version,
        "sha256": shown.sha256,
        "edges": [
            {
                "a": edge.a,
                "b": edge.b,
                "kind": edge.kind,
                "confidence": edge.confidence,
                "since": edge.since,
                "reason": edge.reason,
            }
            for edge in shown.edges
        ],
        "external": [
            {
                "state": place.state,
                "territory": place.territory,
                "administered_by": place.administered_by,
                "kind": place.kind,
            }
            for place in shown.external
        ],
    }
