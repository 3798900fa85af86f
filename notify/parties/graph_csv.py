"""The graph as a CSV file: written for spreadsheets, read back with its mistakes named by line, and checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from notify.errors import Fault, Invalid
from notify.language import Text, text
from notify.parties.directory import Directory
from notify.parties.edges import Edge, difference, edge_text, most_edges, problems, settle
from notify.parties.graph import Graph
from notify.parties.seed import first_graph

COLUMNS = ("a", "b", "kind", "confidence", "since", "reason")
REQUIRED = ("a", "b", "kind", "confidence")


def format_csv(edges: Iterable[Edge]) -> str:
    """The edges with a heading of `COLUMNS`, lines ended by CR LF (RFC 4180), sorted."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows((edge.a, edge.b, edge.kind, edge.confidence, edge.since, edge.reason) for edge in sorted(edges))
    return file.getvalue()


def parse_csv(content: str, directory: Directory) -> list[Edge]:
    """The edges of a file. Raises `Invalid` naming every faulty line.

    The heading has the columns of `REQUIRED` and may have the others, in any order; ``since`` is not read, since the
    graph itself knows it. Semicolons do as commas, and a byte-order mark is skipped: spreadsheets write both.
    """
    numbers, edges = _read(content)
    if len(edges) > most_edges(directory):
        detail = text("There can be at most %(most)s edges, one of each kind for a pair.", most=most_edges(directory))
        raise Invalid([Fault("", detail)])
    found = [_on_line(numbers[problem.index], problem.detail) for problem in problems(edges, directory)]
    if found:
        raise Invalid(found, text("Correct the lines named and import the file again. Nothing was changed."))
    return edges


def _read(content: str) -> tuple[list[int], list[Edge]]:
    content = content.removeprefix("\ufeff")
    heading = content.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(content, newline=""), delimiter=";" if ";" in heading else ",", strict=True)
    numbers: list[int] = []
    edges: list[Edge] = []
    faults: list[Fault] = []
    try:
        columns = _columns(next(lines, []))
        for cells in lines:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if len(cells) != len(columns):
                faults.append(_on_line(lines.line_num, _cells(len(columns), len(cells))))
                continue
            row = dict(zip(columns, cells, strict=True))
            numbers.append(lines.line_num)
            edges.append(Edge(row["a"], row["b"], row["kind"], row["confidence"], reason=row.get("reason", "")))
    except csv.Error:
        faults.append(_on_line(lines.line_num, text("This is not CSV: look for a quotation mark that is not closed.")))
    if faults:
        raise Invalid(faults, text("Correct the lines named and import the file again. Nothing was changed."))
    return numbers, edges


def _columns(heading: Sequence[str]) -> list[str]:
    columns = [name.strip().lower() for name in heading]
    if set(REQUIRED) - set(columns) or set(columns) - set(COLUMNS) or len(set(columns)) != len(columns):
        detail = text(
            "Line 1 names the columns: %(required)s, and if wanted %(others)s.",
            required=", ".join(REQUIRED),
            others=", ".join(name for name in COLUMNS if name not in REQUIRED),
        )
        raise Invalid([Fault("", detail)])
    return columns


def _cells(wanted: int, found: int) -> Text:
    return text("%(wanted)s cells are wanted, as in line 1, and %(found)s are there.", wanted=wanted, found=found)


def _on_line(number: int, detail: Text) -> Fault:
    return Fault("", text("Line %(line)s: %(detail)s", line=number, detail=detail))


@dataclass(frozen=True)
class Finding:
    """What `check` has to say: an error stops an import, a warning should be looked at, a note is for information."""

    level: Literal["error", "warning", "note"]
    detail: Text


def check_csv(content: str, directory: Directory, graph: Graph) -> list[Finding]:
    """Everything about a file before it is imported: what stops it, what is odd, and what it would change."""
    try:
        edges = parse_csv(content, directory)
    except Invalid as refused:
        return [Finding("error", fault.detail) for fault in refused.faults]
    return check(edges, directory) + _changes(graph.edges, edges)


def check(edges: Sequence[Edge], directory: Directory) -> list[Finding]:
    """What is wrong or odd with a set of edges, the current graph's own included. Nothing: all is well."""
    return [
        *(Finding("error", problem.detail) for problem in problems(edges, directory)),
        *_land_borders(edges, directory),
        *_alone(edges, directory),
    ]


def _land_borders(edges: Sequence[Edge], directory: Directory) -> list[Finding]:
    """Land borders are facts of geography: one that the project's table has and the file lacks is most likely lost."""
    keys = {edge.key for edge in edges}
    return [
        Finding("warning", text("%(a)s and %(b)s have a land border, and it is missing.", a=edge.a, b=edge.b))
        for edge in first_graph().edges
        if edge.kind == "land" and edge.key not in keys and directory.state(edge.a) and directory.state(edge.b)
    ]


def _alone(edges: Sequence[Edge], directory: Directory) -> list[Finding]:
    known = {state for edge in edges for state in (edge.a, edge.b)}
    return [
        Finding("note", text("%(state)s has no neighbour. For an island that can be right.", state=state.code))
        for state in directory.states()
        if state.code not in known
    ]


def _changes(before: Sequence[Edge], after: Sequence[Edge]) -> list[Finding]:
    changed = difference(before, settle(after, before, 0, ""))
    return [
        *(Finding("note", text("new: %(edge)s", edge=edge_text(edge))) for edge in changed.added),
        *(Finding("note", text("removed: %(edge)s", edge=edge_text(edge))) for edge in changed.removed),
        *(Finding("note", text("altered: %(edge)s", edge=edge_text(edge))) for edge in changed.altered),
    ]
