"""Header fields of a mail (RFC 5322, 2047), folded, in ASCII; whatever could start a field of its own is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.header import Header

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*@{_LABEL}(?:\.{_LABEL})*")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LINE = 76  # characters, without the line break
_LONGEST = 998  # RFC 5322, 2.1.1


@dataclass(frozen=True)
class Mailbox:
    """A mail address and the name of whose it is, if any. Raises ValueError for an address that is none."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        checked_address(self.address)
        _one_line("name", self.name)


def checked_address(address: str) -> str:
    """The bare address again. Raises ValueError where it is no ``local@domain`` in ASCII, of at most 254 characters."""
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is not a mail address.")
    return address


def mailbox_field(name: str, mailbox: Mailbox) -> bytes:
    """A field that holds one address, such as From."""
    if not mailbox.name:
        return _field(name, mailbox.address)
    if mailbox.name.isascii() and "=?" not in mailbox.name and len(name) + len(mailbox.name) < _LINE - 4:
        quoted = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
        phrase = f'"{quoted}"'
    else:
        phrase = _encoded(name, mailbox.name)
    return _field(name, f"{phrase}\r\n <{mailbox.address}>")


def text_field(name: str, text: str) -> bytes:
    """A field of free text, such as Subject."""
    plain = text.isascii() and "=?" not in text and all(len(word) < _LINE - len(name) for word in text.split(" "))
    if not plain:
        return _field(name, _encoded(name, _one_line(name, text)))
    return _field(name, Header(_one_line(name, text), "us-ascii", _LINE, name).encode(linesep="\r\n"))


def token_field(name: str, value: str) -> bytes:
    """A field that programs read, such as Message-ID: as it is, unfolded. Raises ValueError where it is not ASCII."""
    if not value.isascii() or len(name) + len(value) + 2 > _LONGEST:
        raise ValueError(f"{name} takes up to {_LONGEST} characters of ASCII.")
    return _field(name, _one_line(name, value))


def _encoded(name: str, text: str) -> str:
    return Header(text, "utf-8", _LINE, name).encode(linesep="\r\n")


def _one_line(name: str, value: str) -> str:
    """The value, unless a control character or a line break of any script could end its line."""
    if _BREAKS.search(value):
        raise ValueError(f"{name} holds a character that a mail's header cannot.")
    return value


def _field(name: str, value: str) -> bytes:
    if not _FIELD.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header field.")
    return f"{name}: {value}\r\n".encode("ascii")
