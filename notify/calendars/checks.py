"""What no reader of calendars complains of, and some programs stumble over.

libical, vobject and icalendar accept each of these in silence. What RFC 5546 asks of an invitation, libical checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PARTSTATS = ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED")  # of an event: RFC 5545, 3.2.12
_LINE_OCTETS = 75  # RFC 5545, 3.1
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)')
_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)


def faults(calendar: bytes, method: str | None = None) -> list[str]:
    """What is wrong with a calendar file, a sentence each; none for a good one. ``method``: what METHOD has to be."""
    found = list(_physical(calendar))
    unfolded = re.sub(rb"\r?\n[ \t]", b"", calendar).decode("utf-8", "replace")
    lines = [line for line in re.split(r"\r?\n", unfolded) if line]
    return found + list(_logical(lines, method))


def _physical(calendar: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", calendar):
        yield "A line does not end in CRLF."
    if not calendar.endswith(b"\n"):
        yield "The last line has no end."
    for number, line in enumerate(re.split(rb"\r?\n", calendar), start=1):
        if len(line) > _LINE_OCTETS:
            yield f"Line {number} has {len(line)} octets; it is to be folded at {_LINE_OCTETS}."
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield f"Line {number} is not UTF-8, or is folded inside a character."


def _logical(lines: list[str], method: str | None) -> Iterator[str]:
    described: set[str] = set()
    used: dict[str, None] = {}
    methods: list[str] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            yield f"Not a content line: {line[:40]!r}."
            continue
        name, value = match[1].upper(), match[3]
        parameters = {key.upper(): content.strip('"') for key, content in _PARAMETER.findall(match[2])}
        if name == "METHOD":
            methods.append(value)
        elif name == "TZID":
            described.add(value)
        elif name in ("ATTENDEE", "ORGANIZER"):
            if not value.lower().startswith("mailto:"):
                yield f"{name} is no mailto: address."
            if parameters.get("PARTSTAT", "NEEDS-ACTION") not in _PARTSTATS:
                yield f"PARTSTAT={parameters['PARTSTAT']} is not known for an event."
            if methods[:1] == ["PUBLISH"] and name == "ATTENDEE":
                yield "A published calendar shows an attendee."
        if "TZID" in parameters:
            used.setdefault(parameters["TZID"])
    yield from (f"TZID={name} has no VTIMEZONE." for name in used if name not in described)
    if len(methods) != 1:
        yield f"METHOD stands {len(methods)} times."
    elif method is not None and methods[0] != method:
        yield f"METHOD is {methods[0]}, not {method}."
