"""What libical, Debian's ``libical3``, finds wrong with a calendar: the one checker that knows iTIP (RFC 5546)."""

from __future__ import annotations

import ctypes
import re
from functools import cache

from scripts.libical import load


def itip_findings(calendar: bytes) -> list[str]:
    """What `icalrestriction_check` and the parser complain of, a sentence each; none for a good calendar.

    Raises RuntimeError where libical is not installed.
    """
    library = _library()
    component = library.icalparser_parse_string(calendar)
    if not component:
        return ["libical reads no component."]
    try:
        valid = library.icalrestriction_check(component)
        text = library.icalcomponent_as_ical_string_r(component)
        try:
            marked = ctypes.string_at(text).decode()
        finally:
            library.icalmemory_free_buffer(text)
    finally:
        library.icalcomponent_free(component)
    # libical writes its findings into the calendar itself, as properties of the component they are about.
    unfolded = re.sub(r"\r\n[ \t]", "", marked)
    findings = [" ".join(each.split()) for each in re.findall(r"(?m)^X-LIC-ERROR[^:]*:(.*)$", unfolded)]
    return findings if findings or valid else ["libical finds the calendar invalid."]


@cache
def _library() -> ctypes.CDLL:
    library = load()
    if library is None:
        raise RuntimeError("libical is not installed; make test brings it, or: apt-get install libical3")
    for name, result, argument in (
        ("icalparser_parse_string", ctypes.c_void_p, ctypes.c_char_p),
        ("icalrestriction_check", ctypes.c_int, ctypes.c_void_p),
        ("icalcomponent_as_ical_string_r", ctypes.c_void_p, ctypes.c_void_p),
        ("icalcomponent_free", None, ctypes.c_void_p),
        ("icalmemory_free_buffer", None, ctypes.c_void_p),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, [argument]
    return library
