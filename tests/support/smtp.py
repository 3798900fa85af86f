"""A real SMTP server on 127.0.0.1 that keeps what it is handed, and can refuse, wait or hang up."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Literal
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.outside import OutsideLoop, until


@dataclass(frozen=True)
class Answer:
    """What the server does with a mail: ``delay`` in seconds, then the answer, or to hang up without one.

    A mail answered with 2xx is kept; one after which the server hangs up is kept too unless ``keep`` is false.
    """

    code: int = 250
    words: str = "OK"
    at: Literal["rcpt", "data"] = "data"
    delay: float = 0
    hang_up: bool = False
    keep: bool = True


@dataclass(frozen=True)
class Mail:
    """A mail as it was handed over."""

    sender: str
    to: tuple[str, ...]
    data: bytes = field(repr=False)
    at: datetime
    connection: int  # 1 for the first connection to the server, and so on

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        message = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


class SmtpServer:
    """Listens from the constructor to `close`. Answers 250 unless told otherwise."""

    def __init__(
        self, *, user: str | None = None, password: str | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self._open: list[SMTP] = []
        self.otherwise = Answer()
        self._next: deque[Answer] = deque()
        self._by_address: dict[str, Answer] = {}
        self._login = None if user is None else (user.encode(), (password or "").encode())
        self._tls = tls  # offered by STARTTLS
        self._outside = OutsideLoop("smtp")
        self._server = self._outside.do(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Its address, as NOTIFY_SMTP_URL takes it."""
        login = "" if self._login is None else ":".join(quote(part, safe="") for part in self._login) + "@"
        return f"smtp://{login}127.0.0.1:{self.port}"

    def then(self, *answers: Answer) -> None:
        """Answer the next mails so, one each, before what was told for their address."""
        self._next.extend(answers)

    def answer_to(self, address: str, answer: Answer | None) -> None:
        """Answer every mail to an address so; None: as every other."""
        if answer is None:
            self._by_address.pop(address.lower(), None)
        else:
            self._by_address[address.lower()] = answer

    def to(self, address: str) -> list[Mail]:
        """The mails to an address, in the order in which they came."""
        return [mail for mail in self.mails if address.lower() in (to.lower() for to in mail.to)]

    async def wait(self, count: int = 1, to: str | None = None, seconds: float = 10) -> list[Mail]:
        """Wait for ``count`` mails, to one address if given, and answer all there are. Raises AssertionError."""
        await until(lambda: len(self._of(to)) >= count, seconds, f"{count} mails to {to or 'anybody'}")
        return self._of(to)

    def hang_up(self) -> None:
        """Close every open connection, as a server does that has been idle for long."""
        self._outside.do(self._close_connections())

    def close(self) -> None:
        """Hang up and stop listening."""
        self._outside.do(self._stop())
        self._outside.close()

    def _of(self, to: str | None) -> list[Mail]:
        return list(self.mails) if to is None else self.to(to)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", 0)

    async def _close_connections(self) -> None:
        for connection in self._open:
            if connection.transport is not None:
                connection.transport.close()
        self._open.clear()

    async def _stop(self) -> None:
        self._server.close()

    def _connection(self) -> SMTP:
        self.connections += 1
        connection = SMTP(
            _Handler(self, self.connections),
            hostname="localhost",
            tls_context=self._tls,
            auth_require_tls=self._tls is not None,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._open.append(connection)
        return connection

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(login.login, login.password) == self._login, handled=False)

    def _answer(self, address: str, at: str) -> Answer | None:
        """What is to be done at this point of the talk; None: go on."""
        answer = self._next[0] if self._next else self._by_address.get(address.lower(), self.otherwise)
        if answer.at != at:
            return None
        if self._next:
            self._next.popleft()
        return answer


class _Handler:
    """The hooks of aiosmtpd, one instance a connection."""

    def __init__(self, server: SmtpServer, connection: int) -> None:
        self._server = server
        self._connection = connection

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._server._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._server._answer(address, "rcpt")
        if answer is not None:
            return await self._carry_out(answer, server, envelope)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._server._answer(envelope.rcpt_tos[0], "data") or Answer()
        kept = answer.keep if answer.hang_up else answer.code < 300
        if kept:
            data = envelope.original_content or b""
            to = tuple(envelope.rcpt_tos)
            mail = Mail(envelope.mail_from or "", to, data, datetime.now(UTC), self._connection)
            self._server.mails.append(mail)
        return await self._carry_out(answer, server, envelope)

    async def _carry_out(self, answer: Answer, server: SMTP, envelope: Envelope) -> str:
        await asyncio.sleep(answer.delay)
        if answer.hang_up and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return f"{answer.code} {answer.words}"
