"""``csbm-notify serve``."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from notify.commands.failing import explain
from notify.commands.opening import check_data_dir, open_office, reach, read_settings, run
from notify.commands.output import Lease, Look, Margin, complain, say
from notify.commands.port import bind, url_of

if TYPE_CHECKING:
    from notify.office import Office
    from notify.settings import Settings

DEMO_FOLDER = "var/demo"


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web processes side by side.")] = 1,
    demo: Annotated[bool, typer.Option("--demo", help="A demonstration, with invented people and notices.")] = False,
    lease: Lease = None,
    look: Look = None,
    margin: Margin = None,
) -> None:
    """Serve the web application, until SIGTERM or Ctrl-C. Without NOTIFY_REDIS_URL it delivers as well.

    A demonstration keeps its data in var/demo unless NOTIFY_DATA_DIR names another folder, and is for this machine
    alone: its sign-in page lets everybody in.
    """
    if demo:
        os.environ.setdefault("NOTIFY_DATA_DIR", DEMO_FOLDER)
    read_settings(quiet=False)
    bound = bind(host, port)
    # By the environment, since the web processes beside this one read it.
    os.environ.setdefault("NOTIFY_BASE_URL", url_of(host, bound))
    settings = read_settings(quiet=False)
    if demo:
        told = _made(settings, host)
    else:
        run(_check(settings))
        told = {}

    from notify import serving
    from worker.pace import pace_of

    pace = pace_of(settings, lease=lease, look=look, margin=margin)

    def started() -> None:
        serving.log.info("serving", url=settings.base_url, processes=workers)
        if told:
            _show(told)

    given = serving.Given(demonstration=demo, pace=pace)
    raise typer.Exit(serving.serve(settings, bound, workers, given, started))


async def _check(settings: Settings) -> None:
    """Everything that would stop the application is said here, in a line."""
    async with open_office(settings):
        return


def _made(settings: Settings, host: str) -> dict[str, Any]:
    """The demonstration, made unless it is there.

    It is made by a process of its own: the memory that this takes does not stay with the server, which is imported
    meanwhile.
    """
    from notify.demo import prepare

    if prepare.load(settings) is not None:
        return run(_prepare(settings, host))
    maker = os.fork()
    if maker == 0:
        os._exit(_make(settings, host))
    signal.signal(signal.SIGTERM, lambda number, frame: _end_with(maker))
    from notify import serving  # noqa: F401

    _, status = os.waitpid(maker, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if status != 0:
        raise typer.Exit(1)  # it has said why
    return prepare.load(settings) or {}


def _make(settings: Settings, host: str) -> int:
    """The exit status of the process that makes the data."""
    try:
        run(_prepare(settings, host))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        line = explain(error)
        if line is None:
            traceback.print_exc()
        else:
            complain(line)
        return 1
    finally:
        sys.stdout.flush()
    return 0


def _end_with(maker: int) -> NoReturn:
    os.kill(maker, signal.SIGTERM)
    raise SystemExit(0)


async def _prepare(settings: Settings, host: str) -> dict[str, Any]:
    from notify.database import Database
    from notify.demo import prepare
    from notify.migrations import upgrade
    from notify.observers.decisions import follow_revision
    from notify.office import Office
    from notify.vault import Vault

    prepare.check(settings)
    check_data_dir(settings)
    prepare.clear_unfinished(settings)
    database = Database(settings.database)
    try:
        await reach(database)
        await upgrade(database)
        office = Office(settings, database, Vault(settings.key()), followers=(follow_revision,))
        told = await prepare.prepare(office, drain, say)
    finally:
        await database.close()
    if host not in prepare.LOOPBACK:
        say("Whoever reaches this machine can sign in: this demonstration listens on other addresses too.")
    return told


async def drain(office: Office) -> None:
    """Let a loop work on an office until nothing is due."""
    from worker.assembly import make_loop

    loop = make_loop(office, "inside")
    await loop.drain()
    for channel in loop.channels.values():
        await channel.close()


def _show(told: dict[str, Any]) -> None:
    """Where the demonstration is, and the four accounts that its sign-in page offers as buttons."""
    from rich.console import Console
    from rich.table import Table

    from notify.web.demo_accounts import FEATURED

    known = {(account["party"] or "", account["role"]): account for account in told["accounts"]}
    table = Table("Party", "Role", "Mail address", "Password", "For", box=None, header_style="bold", pad_edge=False)
    for (party, role), words in FEATURED.items():
        account = known[party, role]
        table.add_row(party, role, account["email"], account["password"], str(words))
    console = Console(width=max(110, Console().width))
    console.print(f"\nThe demonstration is at [bold]{told['base_url']}[/bold]; Ctrl-C ends it.\n")
    console.print(table)
    console.print("\nThe sign-in page offers these accounts, and those of every other party, as buttons.")
