"""Handing mails over: to a real SMTP server that refuses, waits and hangs up, and to files."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from notify.delivery.channels.email import CONNECTIONS, EmailChannel, MailMessage
from notify.delivery.outcome import HANDED_OVER, Outcome
from notify.settings import Settings
from tests.support.child import free_port
from tests.support.smtp import Answer, SmtpServer

pytestmark = pytest.mark.slow

DATA = b"From: a@b.example\r\nTo: c@d.example\r\n\r\nText\r\n.\r\n.. dots\r\n"


def mail(number: int = 1, to: str = "c@d.example") -> MailMessage:
    return MailMessage(f"0192-{number}", "notices@csbm.example", to, lambda: DATA)


@asynccontextmanager
async def channel(url: str | None, seconds: float = 5, folder: Path = Path("var")) -> AsyncIterator[EmailChannel]:
    made = EmailChannel(Settings(smtp_url=url, data_dir=folder), seconds)
    try:
        yield made
    finally:
        await made.close()


async def test_a_mail_arrives_as_it_was_made(smtp: SmtpServer) -> None:
    async with channel(smtp.url) as email:
        assert await email.send(mail()) == HANDED_OVER
    (arrived,) = smtp.mails
    assert (arrived.sender, arrived.to, arrived.data) == ("notices@csbm.example", ("c@d.example",), DATA)


async def test_connections_are_reused_and_few(smtp: SmtpServer) -> None:
    async with channel(smtp.url) as email:
        for number in range(5):
            await email.send(mail(number))
        assert smtp.connections == 1
        gate = asyncio.Semaphore(email.side_by_side)

        async def send(number: int) -> Outcome:
            async with gate:
                return await email.send(mail(number))

        assert set(await asyncio.gather(*(send(number) for number in range(40)))) == {HANDED_OVER}
    assert len(smtp.mails) == 45
    assert smtp.connections <= CONNECTIONS


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(550, "no such user", at="rcpt"), ("dead", "bounced", 550, "mailbox")),
        (Answer(450, "later", at="rcpt"), ("retry", None, 450, "mailbox")),
        (Answer(530, "sign in first", at="rcpt"), ("retry", None, 530, "server")),
        (Answer(554, "5.7.1 relay access denied", at="rcpt"), ("retry", None, 554, "server")),
        (Answer(554, "looks like spam"), ("dead", "bounced", 554, "rejected")),
        (Answer(451, "later"), ("retry", None, 451, "rejected")),
        (Answer(hang_up=True, keep=False), ("retry", None, None, "connection")),
    ],
)
async def test_what_the_server_says_of_a_mail_decides_what_becomes_of_it(
    smtp: SmtpServer, answer: Answer, outcome: tuple[object, ...]
) -> None:
    smtp.then(answer)
    async with channel(smtp.url) as email:
        refused = await email.send(mail(1))
        assert (refused.kind, refused.status, refused.answer, refused.error_class) == outcome
        assert await email.send(mail(2)) == HANDED_OVER
    assert len(smtp.mails) == 1
    if refused.answer:
        assert refused.text == f"{answer.code} {answer.words}"
        assert smtp.connections == 1


async def test_a_wrong_password_is_our_fault_and_loses_no_mail() -> None:
    server = SmtpServer(user="notify", password="right")
    try:
        for url, answer in ((server.url.replace("right", "wrong"), 535), (f"smtp://127.0.0.1:{server.port}", 530)):
            async with channel(url) as email:
                refused = await email.send(mail())
            assert (refused.kind, refused.error_class, refused.answer) == ("retry", "server", answer)
        async with channel(server.url) as email:
            assert await email.send(mail()) == HANDED_OVER
    finally:
        server.close()


async def test_a_server_that_lets_wait_before_the_mail_is_tried_later(smtp: SmtpServer) -> None:
    smtp.then(Answer(250, at="rcpt", delay=1))
    async with channel(smtp.url, seconds=0.3) as email:
        assert await email.send(mail()) == Outcome("retry", error_class="timeout")
    await asyncio.sleep(1)
    assert smtp.mails == []


async def test_without_a_server_it_is_tried_later() -> None:
    async with channel(f"smtp://127.0.0.1:{free_port()}") as email:
        refused = await email.send(mail())
    assert (refused.kind, refused.error_class) == ("retry", "connection")


async def test_a_connection_that_the_server_has_closed_is_opened_again(smtp: SmtpServer) -> None:
    async with channel(smtp.url) as email:
        await email.send(mail(1))
        smtp.hang_up()
        kept, _ = email._idle.pop()
        email._idle.append((kept, time.monotonic() - 10))
        assert await email.send(mail(2)) == HANDED_OVER
    assert (len(smtp.mails), smtp.connections) == (2, 2)


async def test_a_connection_that_was_idle_for_very_long_is_not_asked(smtp: SmtpServer) -> None:
    async with channel(smtp.url) as email:
        await email.send(mail(1))
        kept, _ = email._idle.pop()
        email._idle.append((kept, time.monotonic() - 100))
        assert await email.send(mail(2)) == HANDED_OVER
        assert not kept.is_connected
    assert (len(smtp.mails), smtp.connections) == (2, 2)


async def test_a_connection_on_which_nobody_answers_any_more_costs_no_attempt(smtp: SmtpServer) -> None:
    """A firewall between has forgotten it: what is sent there is lost, and no end of it is heard of."""
    async with channel(smtp.url, seconds=2) as email:
        await email.send(mail(1))
        kept, _ = email._idle.pop()
        transport = kept.transport
        assert transport is not None
        transport.pause_reading()  # type: ignore[attr-defined]
        email._idle.append((kept, time.monotonic() - 10))
        assert await email.send(mail(2)) == HANDED_OVER
        assert not kept.is_connected
    assert (len(smtp.mails), smtp.connections) == (2, 2)


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[list[bytes]]:
    """Reads every file in the mail folder over and over while a test writes there."""
    seen: list[bytes] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            for path in (tmp_path / "mail").glob("*"):
                try:
                    seen.append(path.read_bytes())
                except FileNotFoundError:
                    seen.append(b"it was there, and is gone")

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    ended.set()
    thread.join()


async def test_a_mail_as_a_file_is_whole_as_soon_as_it_is_there(tmp_path: Path, watcher: list[bytes]) -> None:
    large = DATA + b"line\r\n" * 100_000
    async with channel(None, folder=tmp_path) as email:
        for number in range(10):
            message = MailMessage(f"0192-{number}", "notices@csbm.example", "c@d.example", lambda: large)
            assert await email.send(message) == HANDED_OVER
        assert await email.send(message) == HANDED_OVER  # again: the same file
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == [f"0192-{n}.eml" for n in range(10)]
    assert list((tmp_path / "mail.part").iterdir()) == []
    assert watcher
    assert {len(each) for each in watcher} == {len(large)}
