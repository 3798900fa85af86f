"""Editing the table of neighbouring states: one pair at a time, or a file, looked at before it is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from notify.actor import Actor
from notify.delivery import adjacency_letters
from notify.errors import Refused
from notify.language import Text, ntext, text
from notify.parties import graph, graph_csv
from notify.parties.edges import Edge, edge_text
from notify.parties.graph import Graph, Replacement
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit

LONGEST_FILE = 1_048_576
"""Bytes: the whole table has about 5,000."""

_FIELDS = ("a", "b", "kind", "confidence", "reason")


async def edge(request: Request) -> Response:
    """/neighbours/edge: a new pair, or with ``a``, ``b`` and ``kind`` one that is there, to be altered or removed"""
    visit, actor = _administrator(request)
    shown = await _current(visit)
    if request.method == "GET":
        query = request.query_params
        old = _find(shown, query.get("a", ""), query.get("b", ""), query.get("kind", ""))
        form = Form({name: query.get(name, "") for name in ("a", "b", "kind")})
        form.put("confidence", old.confidence if old else "high")
        form.put("based_on", str(shown.version))
        return _edge_page(request, visit, form, old)
    form = await posted(request)
    old = _find(shown, form.get("a"), form.get("b"), form.get("kind")) if form.get("step") != "add" else None
    edges, index = _edited(shown, old, form)
    try:
        done = await _replace(visit, actor, edges, form)
    except Refused as refused:
        _refuse(form, refused, index)
        return _edge_page(request, visit, form, old, refused.status)
    return redirect(request, "/neighbours?state=", said=_said(done))


async def import_file(request: Request) -> Response:
    """/neighbours/import: first the differences are shown, then they are applied"""
    visit, actor = _administrator(request)
    shown = await _current(visit)
    if request.method == "GET":
        return _import_page(request, Form({"based_on": str(shown.version)}))
    form = await posted(request)
    content = await _content(form)
    if content is None:
        return _import_page(request, form, status=422)
    findings = graph_csv.check_csv(content, visit.directory, shown)
    wrong = any(finding.level == "error" for finding in findings)
    if wrong or form.get("step") != "apply":
        form.put("content", content)
        form.put("based_on", str(shown.version))
        return _import_page(request, form, findings, applicable=not wrong)
    try:
        edges = graph_csv.parse_csv(content, visit.directory)
        done = await _replace(visit, actor, edges, form)
    except Refused as refused:
        _refuse(form, refused)
        return _import_page(request, form, findings, applicable=True, status=refused.status)
    return redirect(request, "/neighbours?state=", said=_said(done))


def _administrator(request: Request) -> tuple[Visit, Actor]:
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("manage", "administrator")
    return visit, actor


async def _current(visit: Visit) -> Graph:
    async with visit.office.database.read() as connection:
        return await graph.current(connection)


async def _replace(visit: Visit, actor: Actor, edges: Sequence[Edge], form: Form) -> Replacement:
    reason = form.text("reason") or ""
    async with visit.office.act(actor) as act:
        done = await graph.replace(act, edges, reason, based_on=form.integer("based_on"))
        await adjacency_letters.tell(act, done, reason)
    return done


def _find(shown: Graph, a: str, b: str, kind: str) -> Edge | None:
    wanted = Edge(a, b, kind).key
    return next((each for each in shown.edges if each.key == wanted), None)


def _edited(shown: Graph, old: Edge | None, form: Form) -> tuple[list[Edge], int]:
    """The edges as the form wants them, and the index of the one that it is about."""
    edges = list(shown.edges)
    if old is None:
        return [*edges, Edge(form.get("a"), form.get("b"), form.get("kind"), form.get("confidence"))], len(edges)
    index = edges.index(old)
    if form.get("step") == "remove":
        return edges[:index] + edges[index + 1 :], index
    edges[index] = replace(old, confidence=form.get("confidence"))
    return edges, index


def _refuse(form: Form, refused: Refused, index: int | None = None) -> None:
    if not refused.faults:
        form.refuse_whole(refused)
        return
    own = f"/edges/{index}"
    fields = {f"{own}/{name}": name for name in ("a", "b", "kind", "confidence")} | {own: "a"}
    form.refuse(refused.faults, fields=fields, only=_FIELDS)


def _said(done: Replacement) -> Text:
    if not done.is_new:
        return text("The table says so already: nothing was changed.")
    told = len(done.to_tell())
    if not told:
        return text("Version %(version)s is in force.", version=done.graph.version)
    return ntext(
        "Version %(version)s is in force. %(n)s state is told of it.",
        "Version %(version)s is in force. %(n)s states are told of it.",
        told,
        version=done.graph.version,
    )


async def _content(form: Form) -> str | None:
    """The file that was sent, or the text that was shown before; None with a fault for what cannot be read."""
    chosen = form.file("file")
    if chosen is None:
        if not form.get("content").strip():
            form.fault("file", text("Choose a file."))
            return None
        return form.get("content")
    data = await chosen.read(LONGEST_FILE + 1)
    if len(data) > LONGEST_FILE:
        form.fault("file", text("Choose a file of at most 1 MiB."))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        form.fault("file", text("The file is not text in UTF-8. Save it as “CSV UTF-8” and send it again."))
        return None


def _edge_page(request: Request, visit: Visit, form: Form, old: Edge | None, status: int = 200) -> Response:
    states = sorted(((p.code, p.name(visit.language)) for p in visit.directory.states()), key=lambda each: each[1])
    words = edge_text(old, visit.directory, visit.language) if old is not None else None
    return page(request, "neighbours_edge.html", status=status, form=form, old=old, words=words, states=states)


def _import_page(
    request: Request,
    form: Form,
    findings: Sequence[graph_csv.Finding] | None = None,
    *,
    applicable: bool = False,
    status: int = 200,
) -> Response:
    return page(request, "neighbours_import.html", status=status, form=form, findings=findings, applicable=applicable)
