"""Mail: handed over by SMTP on connections that are kept open, or written as .eml files where no server is set.

A 250 means “handed over”, not delivered. One addressee a transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosmtplib

from notify.delivery.outcome import HANDED_OVER, ErrorClass, Outcome
from notify.settings import Settings, Smtp

CONNECTIONS = 5
"""Open connections to the mail server."""

START_SECONDS = 15.0
"""To connect and to name sender and addressee: a mail that has not begun to be handed over by then is tried later."""

DATA_SECONDS = 60.0
"""For the server to take the mail: some look through it first."""

IDLE_SECONDS = 5.0
"""A connection that was idle for longer is asked whether it still is one: servers close what is idle for long."""

OVER_SECONDS = 60.0
"""One that was idle for longer is not asked: what lies between may have forgotten it, and nobody would answer."""

_ABOUT_US = (530, 535, 538)
"""Answers to an addressee that say to sign in first (RFC 4954, 6); so do the codes 5.7.x (RFC 3463, 3.8)."""


@dataclass(frozen=True)
class MailMessage:
    """One mail. ``data`` makes its bytes, the same on every retry: thousands of mails wait, and few are being sent."""

    id: str
    sender: str  # of the envelope
    to: str
    data: Callable[[], bytes]
    request_id: str = ""


class EmailChannel:
    """Sends `MailMessage`."""

    side_by_side = CONNECTIONS

    def __init__(self, settings: Settings, seconds: float = START_SECONDS) -> None:
        self._smtp = settings.smtp
        self._folder = settings.data_dir / "mail"
        self._seconds = seconds
        self._idle: list[tuple[aiosmtplib.SMTP, float]] = []

    async def send(self, message: Any) -> Outcome:
        """Send once. Never raises for what the server or the network does."""
        data: bytes = message.data()
        if self._smtp is None:
            await asyncio.to_thread(_write, self._folder, message.id, data)
            return HANDED_OVER
        connection = _connection(self._smtp)
        try:
            async with asyncio.timeout(self._seconds):
                connection = await self._connected(connection)
                await connection.mail(message.sender)
                await connection.rcpt(message.to)
            await connection.data(data, timeout=DATA_SECONDS)
        except aiosmtplib.SMTPRecipientRefused as error:
            await self._keep(connection)
            return _judge(error, "mailbox")
        except aiosmtplib.SMTPDataError as error:
            await self._keep(connection)
            return _judge(error, "rejected")
        except aiosmtplib.SMTPResponseException as error:
            # It refused us (greeting, sign-in, sender), not the mail: somebody mends the setting, and it goes out.
            connection.close()
            return Outcome("retry", answer=error.code, error_class="server", text=f"{error.code} {error.message}")
        except (aiosmtplib.SMTPTimeoutError, TimeoutError):
            connection.close()
            return Outcome("retry", error_class="timeout")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            connection.close()
            return Outcome("retry", error_class="connection", text=str(error) or type(error).__name__)
        self._idle.append((connection, time.monotonic()))
        return HANDED_OVER

    async def close(self) -> None:
        """Say goodbye to the server."""
        while self._idle:
            connection, _ = self._idle.pop()
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await connection.quit()
            connection.close()

    async def _connected(self, fresh: aiosmtplib.SMTP) -> aiosmtplib.SMTP:
        """A connection that is open already, or ``fresh``, opened."""
        while self._idle:
            kept, since = self._idle.pop()
            idle = time.monotonic() - since
            if kept.is_connected and (idle < IDLE_SECONDS or (idle < OVER_SECONDS and await self._answers(kept))):
                return kept
            kept.close()
        await fresh.connect()
        return fresh

    async def _answers(self, kept: aiosmtplib.SMTP) -> bool:
        """Whether the server still listens; not asked for so long that there would be no time to connect anew."""
        try:
            async with asyncio.timeout(self._seconds / 10):
                await kept.noop()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return False
        except BaseException:
            kept.close()
            raise
        return True

    async def _keep(self, connection: aiosmtplib.SMTP) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await connection.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            connection.close()
            return
        self._idle.append((connection, time.monotonic()))


def _connection(smtp: Smtp) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.user,
        password=smtp.password,
        use_tls=smtp.tls,
        start_tls=smtp.starttls,
        timeout=START_SECONDS,
    )


def _judge(error: aiosmtplib.SMTPResponseException, error_class: ErrorClass) -> Outcome:
    """A mail that was refused: for good (5xx, RFC 5321, 4.2.1), or for now."""
    said = f"{error.code} {error.message}"
    if error_class == "mailbox" and (error.code in _ABOUT_US or error.message.startswith("5.7.")):
        # It does not relay for us, or wants us to sign in: the mailbox may well be there.
        return Outcome("retry", answer=error.code, error_class="server", text=said)
    if 500 <= error.code < 600:
        return Outcome("dead", "bounced", answer=error.code, error_class=error_class, text=said)
    return Outcome("retry", answer=error.code, error_class=error_class, text=said)


def _write(folder: Path, delivery_id: str, data: bytes) -> None:
    """Written elsewhere and renamed into the folder, so that whoever watches it sees whole mails only."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder.parent / "mail.part"
    part.mkdir(exist_ok=True)
    name = re.sub(r"[^0-9A-Za-z-]", "", delivery_id) + ".eml"
    temporary = part / f"{name}.{os.getpid()}"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / name)
