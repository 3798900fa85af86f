"""``csbm-notify adjacency check|show|import|export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notify.commands.failing import CommandError
from notify.commands.opening import open_office, read_settings, run
from notify.commands.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from notify.parties.graph import Graph, Replacement
    from notify.parties.graph_csv import Finding

CsvFile = Annotated[Path | None, typer.Argument(help="A CSV file: a,b,kind,confidence[,reason].", show_default=False)]


def check(file: CsvFile = None, as_json: AsJson = False) -> None:
    """Check a CSV file before it is imported: what stops it, what is odd, what it would change. Status 1 for a stop.

    Without a file, the table in use is checked.
    """
    found = run(_check(file))
    if as_json:
        print_json([{"level": finding.level, "detail": str(finding.detail)} for finding in found])
    else:
        for finding in found:
            say(f"{finding.level}: {finding.detail}")
        if not found:
            say("Nothing is wrong, and nothing would change.")
    stops = sum(finding.level == "error" for finding in found)
    if stops and not as_json:
        raise CommandError(f"{stops} lines stop the import." if stops > 1 else "1 line stops the import.")
    raise typer.Exit(1 if stops else 0)


async def _check(file: Path | None) -> list[Finding]:
    from notify.parties import directory, graph, graph_csv

    content = _read(file) if file else None
    async with open_office(read_settings()) as office, office.database.read() as connection:
        parties = await directory.load(connection)
        now = await graph.current(connection)
    return graph_csv.check(now.edges, parties) if content is None else graph_csv.check_csv(content, parties, now)


def show(
    party: Annotated[str | None, typer.Option(help="Only the neighbours of this state, such as PER.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the table in use: pairs of states, each with its kind and how sure it is."""
    graph = run(_current())
    edges = [edge for edge in graph.edges if party is None or party.upper() in (edge.a, edge.b)]
    if as_json:
        print_json(_json(graph) | {"edges": [_edge(edge) for edge in edges]})
        return
    rows = [(edge.a, edge.b, edge.kind, edge.confidence, edge.since, edge.reason) for edge in edges]
    print_table(("a", "b", "kind", "confidence", "since", "reason"), rows)


def export(file: CsvFile = None, as_json: AsJson = False) -> None:
    """Write the table in use as CSV, to a file or to the output."""
    from notify.parties.graph_csv import format_csv

    graph = run(_current())
    content = format_csv(graph.edges)
    if file is None:
        if as_json:
            print_json(_json(graph))
        else:
            typer.echo(content, nl=False)
        return
    try:
        file.write_text(content, "utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
    if as_json:
        print_json({"version": graph.version, "edges": len(graph.edges), "file": str(file)})
    else:
        say(f"{len(graph.edges)} edges of version {graph.version} are in {file}.")


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file: a,b,kind,confidence[,reason].", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why the table changes: kept with the new version.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Replace the whole table by a CSV file: a new version, told to both parties of each edge that came or went.

    A faulty line changes nothing. Past notices keep the version that they were published by.
    """
    done = run(_import(file, reason))
    changed = done.difference
    counts = {"added": len(changed.added), "removed": len(changed.removed), "altered": len(changed.altered)}
    if as_json:
        print_json({"version": done.graph.version, "changed": done.is_new, **counts})
    elif done.is_new:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        say(f"Version {done.graph.version} is in use: {said}.")
    else:
        say(f"The file says what version {done.graph.version} says already. Nothing was changed.")


async def _import(file: Path, reason: str) -> Replacement:
    from notify.actor import COMMAND
    from notify.delivery import adjacency_letters
    from notify.parties import directory, graph, graph_csv

    content = _read(file)
    async with open_office(read_settings()) as office, office.act(COMMAND) as act:
        edges = graph_csv.parse_csv(content, await directory.load(act.connection))
        done = await graph.replace(act, edges, reason)
        await adjacency_letters.tell(act, done, reason)
        return done


async def _current() -> Graph:
    from notify.parties import graph

    async with open_office(read_settings()) as office, office.database.read() as connection:
        return await graph.current(connection)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise CommandError(f"{file} cannot be read: {why}.") from None


def _json(graph: Graph) -> dict[str, Any]:
    return {"version": graph.version, "sha256": graph.sha256, "edges": [_edge(edge) for edge in graph.edges]}


def _edge(edge: Any) -> dict[str, object]:
    return {
        "a": edge.a,
        "b": edge.b,
        "kind": edge.kind,
        "confidence": edge.confidence,
        "since": edge.since,
        "reason": edge.reason,
    }
