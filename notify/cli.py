"""``csbm-notify``: every command as one flat table, and the one place that turns an error into a line and a status.

Statuses: 0 done · 1 not done, a line on stderr says why · 2 the command was typed wrong.
"""

from __future__ import annotations

import sys

import typer
from typer._click.exceptions import ClickException  # what typer raises for a command that was typed wrong

from notify.commands import accounts, adjacency, audit, deliveries, doctor, migrate, serve, worker
from notify.commands.failing import explain
from notify.commands.output import PROGRAM, complain

app = typer.Typer(
    name=PROGRAM,
    help="Advance notices between states: the web application, its worker, and their operation.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
token = typer.Typer(help="API tokens.")
edges = typer.Typer(help="Who is next to whom.")
sends = typer.Typer(help="What is delivered to whom, and what became of it.")
lines = typer.Typer(help="The audit log.")

app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.command("create-admin")(accounts.create_admin)
app.add_typer(token, name="token")
token.command("create")(accounts.create_token)
app.add_typer(edges, name="adjacency")
edges.command("check")(adjacency.check)
edges.command("show")(adjacency.show)
edges.command("import")(adjacency.import_)
edges.command("export")(adjacency.export)
app.add_typer(sends, name="deliveries")
sends.command("list")(deliveries.list_)
sends.command("retry")(deliveries.retry)
app.add_typer(lines, name="audit")
lines.command("verify")(audit.verify)
app.command("doctor")(doctor.doctor)


@token.callback()
@edges.callback()
@sends.callback()
@lines.callback()
def _group() -> None:
    # With a callback, a group of one command stays a group.
    return


def main() -> None:
    """Run the command line and end the process."""
    try:
        status = app(prog_name=PROGRAM, standalone_mode=False)
    except ClickException as error:
        complain(f"{error.format_message()} See `{PROGRAM} --help`.")
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:
        line = explain(error)
        if line is None:
            raise
        complain(line)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
