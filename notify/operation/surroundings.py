"""Findings about what stands around the service: its settings, the folder of data, Redis, the mail server, tzdata."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import tempfile
from importlib.metadata import requires, version
from urllib.parse import urlsplit

import aiosmtplib
from redis.asyncio import Redis
from redis.exceptions import RedisError

from notify.language import text
from notify.operation.finding import Finding, error, ok, warning
from notify.settings import Settings, Smtp

REACH_SECONDS = 5.0


async def findings(settings: Settings) -> list[Finding]:
    """Look at everything around; the network is waited for at most `REACH_SECONDS`."""
    network = await asyncio.gather(redis(settings.redis_url), smtp(settings.smtp))
    return [data_dir(settings), base_url(settings), mail_from(settings), *network, tzdata()]


def data_dir(settings: Settings) -> Finding:
    """Whether something can be written to the folder of data."""
    try:
        descriptor, path = tempfile.mkstemp(prefix=".write-test-", dir=settings.data_dir)
        os.close(descriptor)
        os.unlink(path)
    except OSError as problem:
        return error(
            "data_dir",
            text(
                "Nothing can be written to %(folder)s: %(why)s.", folder=settings.data_dir, why=problem.strerror or ""
            ),
            text("Give the folder to the user that runs the service, or set NOTIFY_DATA_DIR to another."),
        )
    return ok("data_dir", text("Data can be written to %(folder)s.", folder=settings.data_dir))


def base_url(settings: Settings) -> Finding:
    """Whether people come by https, unless it is from this machine alone."""
    if settings.is_https or _is_loopback(urlsplit(settings.base_url).hostname or ""):
        return ok("base_url", text("The service is reached at %(url)s.", url=settings.base_url))
    return warning(
        "base_url",
        text("The service is reached at %(url)s, without encryption.", url=settings.base_url),
        text("Put a proxy with TLS in front, and set NOTIFY_BASE_URL to its https address."),
    )


def mail_from(settings: Settings) -> Finding:
    """Whether mail has a sender to which an answer could come."""
    domain = settings.mail_from.rpartition("@")[2]
    if settings.smtp is not None and (domain.endswith(".localdomain") or "." not in domain):
        return warning(
            "mail_from",
            text("Mail is sent from %(address)s, a domain that no mail server knows.", address=settings.mail_from),
            text("Set NOTIFY_MAIL_FROM to an address of your own domain; most servers refuse others."),
        )
    return ok("mail_from", text("Mail is sent from %(address)s.", address=settings.mail_from))


async def redis(url: str | None) -> Finding:
    """Whether Redis answers, where one is set."""
    if url is None:
        return ok("redis", text("No Redis is set: the worker runs inside the web process."))
    client = Redis.from_url(url, socket_timeout=REACH_SECONDS, socket_connect_timeout=REACH_SECONDS)
    try:
        async with asyncio.timeout(REACH_SECONDS):
            await client.ping()
    except (RedisError, OSError, TimeoutError) as problem:
        return warning(
            "redis",
            text("Redis does not answer: %(why)s.", why=_reason(problem)),
            text("Start it, or correct NOTIFY_REDIS_URL. Until then each worker looks for work once a second."),
        )
    finally:
        await client.aclose()
    return ok("redis", text("Redis answers."))


async def smtp(server: Smtp | None) -> Finding:
    """Whether the mail server answers; nothing is sent, and nobody signs in."""
    if server is None:
        return ok("smtp", text("No mail server is set: every mail is written to a file in the folder of data."))
    connection = aiosmtplib.SMTP(
        hostname=server.host, port=server.port, use_tls=server.tls, start_tls=False, timeout=REACH_SECONDS
    )
    where = f"{server.host}:{server.port}"
    try:
        async with asyncio.timeout(REACH_SECONDS):
            await connection.connect()
            await connection.ehlo()
            lacks_tls = server.starttls and not connection.supports_extension("starttls")
            await connection.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
        return error(
            "smtp",
            text("The mail server %(where)s does not answer: %(why)s.", where=where, why=_reason(problem)),
            text("Start it, or correct NOTIFY_SMTP_URL. Mail waits and is tried again for about a day."),
        )
    finally:
        connection.close()
    if lacks_tls:
        return error(
            "smtp",
            text("The mail server %(where)s does not offer STARTTLS.", where=where),
            text("Use smtps:// or leave ?starttls=1 out of NOTIFY_SMTP_URL."),
        )
    return ok("smtp", text("The mail server %(where)s answers.", where=where))


def tzdata() -> Finding:
    """Whether the rules of the clocks are those that this version was tested with."""
    installed = version("tzdata")
    wanted = next((r for r in requires("csbm-notify") or () if re.match(r"tzdata\b", r)), "").partition("==")[2]
    if wanted in ("", installed):
        return ok("tzdata", text("Time zones are those of tzdata %(version)s.", version=installed))
    return warning(
        "tzdata",
        text("Time zones are those of tzdata %(version)s; %(wanted)s was tested.", version=installed, wanted=wanted),
        text("Install the version that the service asks for, the same on every machine."),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(problem: Exception) -> str:
    return " ".join(str(problem).split()).rstrip(".") or type(problem).__name__
