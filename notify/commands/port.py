"""The port that `serve` listens on, taken before anything else is started."""

from __future__ import annotations

import errno
import socket

from notify.commands.failing import CommandError, reason_of


def bind(host: str, port: int) -> socket.socket:
    """The port, bound and not yet listened on: who connects meanwhile is refused. 0 takes a free one.

    Raises `CommandError`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise CommandError(_why(host, port, error)) from None
    return bound


def url_of(host: str, bound: socket.socket) -> str:
    """The address that a browser on this machine opens."""
    port = bound.getsockname()[1]
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - every address of the machine, this one among them
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use. Stop what listens there, or choose another port with --port."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} needs rights that this user lacks. Choose one above 1023 with --port."
    return f"{host}, port {port}, cannot be listened on: {reason_of(error)}. Choose another with --host and --port."
