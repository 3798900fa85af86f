"""What commands print: JSON for programs, tables on a terminal, tab-separated lines into a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

PROGRAM = "csbm-notify"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

Lease = Annotated[float | None, typer.Option(hidden=True, min=0.5, help="Seconds that a claim lasts.")]
Look = Annotated[float | None, typer.Option(hidden=True, min=0.05, help="Seconds between two looks without a wake.")]
Margin = Annotated[float | None, typer.Option(hidden=True, min=0.1, help="Seconds of lease that a send needs.")]
"""The worker's pace, for tests of what happens when a process is stopped or killed. No settings: nobody tunes these."""


def say(words: str) -> None:
    """One line for people."""
    typer.echo(words)


def complain(words: str) -> None:
    """One line on the error output, with the program's name."""
    typer.echo(f"{PROGRAM}: {' '.join(words.split())}", err=True)


def print_json(value: object) -> None:
    """A value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their heads; without heads, and with tabs, where the output is no terminal."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in cells:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    Console().print(table)
