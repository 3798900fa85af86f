"""The settings: environment variables with the prefix ``NOTIFY_``, checked at the start.

An unknown name or a bad value stops the start with its name and the reason.
"""

from __future__ import annotations

import ipaddress
import os
import secrets as random
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from notify.mailboxes import ascii_mailbox

PREFIX = "NOTIFY_"


class SettingsError(Exception):
    """A setting is unknown or bad; the message names it and says what it takes."""


class Smtp(BaseModel):
    """Where mail is handed over: ``smtp[s]://user:password@host:port[?starttls=1]``."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    user: str | None = None
    password: str | None = Field(default=None, repr=False)
    tls: bool = False
    starttls: bool = False


class Settings(BaseModel):
    """Read once at the start and handed to whoever needs them; never a global."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    database_url: str = ""  # empty: SQLite in data_dir
    redis_url: str | None = Field(default=None, repr=False)
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = Field(default="", repr=False)  # empty with SQLite: made and kept in data_dir
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = "notices@localhost.localdomain"
    webhook_allow_private: bool = False
    webhook_per_host: int = Field(default=20, ge=1, le=1000)  # sends side by side to one host
    subscriptions_per_party: int = Field(default=50, ge=1, le=10_000)
    lead_days: int = Field(default=42, ge=0, le=366)  # measure 4; Vienna Document 2011's figure
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    trusted_proxies: str = ""  # addresses or networks whose X-Forwarded-* are believed, separated by commas

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("starts with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        _split(value)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("starts with redis://, rediss:// or unix://")
        _split(value or "")
        return value or None

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("an http or https address without a query, such as https://notices.example")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str | None) -> str | None:
        if value:
            _parse_smtp(value)
        return value or None

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("at least 32 characters; `openssl rand -base64 32` makes one")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        found = ascii_mailbox(value)
        if found is None:
            raise ValueError("a bare mail address such as notices@ministry.example")
        return found

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        trusted = [part.strip() for part in value.split(",") if part.strip()]
        try:
            networks = [ipaddress.ip_network(one, strict=False) for one in trusted]
        except ValueError:
            raise ValueError("addresses or networks separated by commas, such as 10.0.0.5,172.30.0.0/16") from None
        # An address within a network, such as 10.0.0.5/16, would be no network to the server.
        return ",".join(str(one if one.num_addresses > 1 else one.network_address) for one in networks)

    @property
    def smtp(self) -> Smtp | None:
        """Where mail goes, or None: every mail is written to ``data_dir/mail`` as an .eml file."""
        return _parse_smtp(self.smtp_url) if self.smtp_url else None

    @property
    def database(self) -> str:
        """The database's URL, SQLite in `data_dir` unless one is set."""
        return self.database_url or f"sqlite+aiosqlite:///{quote(str((self.data_dir / 'notify.db').absolute()))}"

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """Whether users come by https: cookies are Secure then and HSTS is sent."""
        return self.base_url.startswith("https://")

    def key(self) -> str:
        """The secret key, made on first use with SQLite. Raises `SettingsError` where it is required and unset."""
        if self.secret_key:
            return self.secret_key
        if not self.uses_sqlite:
            raise SettingsError(
                f"{PREFIX}SECRET_KEY is not set. With PostgreSQL it is required, the same for every process; "
                "`openssl rand -base64 32` makes one."
            )
        path = self.data_dir / "secret.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        made = random.token_urlsafe(48)
        with os.fdopen(descriptor, "w") as file:
            file.write(made + "\n")
        return made


def _parse_smtp(value: str) -> Smtp:
    parts = _split(value)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    # Anything else in its place would send mail and password in the clear.
    known = asked in ([], [("starttls", "1")], [("starttls", "0")])
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not known or parts.path.strip("/"):
        raise ValueError("its form is smtp[s]://user:password@host:port[?starttls=1]")
    tls = parts.scheme == "smtps"
    return Smtp(
        host=parts.hostname,
        port=parts.port or (465 if tls else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=asked == [("starttls", "1")],
    )


def _split(address: str) -> SplitResult:
    """The parts of an address. Raises ValueError for a port that is none."""
    parts = urlsplit(address)
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("its port is not a number from 0 to 65535") from None
    return parts


def load(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """The settings of ``environment`` (the process's own by default); ``given`` ones win. Raises `SettingsError`."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for name, value in source.items():
        if name.startswith(PREFIX):
            field = name.removeprefix(PREFIX).lower()
            if field not in Settings.model_fields:
                known = ", ".join(sorted(PREFIX + f.upper() for f in Settings.model_fields))
                raise SettingsError(f"{name} is not a setting of this version. Settings: {known}.")
            values[field] = value
    values.update({k: v for k, v in given.items() if v is not None})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(f"{name} is not valid: {first['msg'].removeprefix('Value error, ')}.") from None
    return settings
