"""Reads every sentence for people out of the code and the templates, and keeps the catalogues of translations.

python -m scripts.messages           add what is new to the catalogues, drop what is gone
python -m scripts.messages --missing LANGUAGE   print what is not translated yet, as JSON
python -m scripts.messages --fill LANGUAGE FILE  put translations in: JSON {msgid: words or [singular, plural]}
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "notify" / "locales"
TRANSLATED = ("es", "pt", "fr")

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "text": (1,),
    "ntext": (1, 2),
}
METHODS = [
    ("notify/**.py", "python"),
    ("worker/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
OPTIONS = {
    "templates/**": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"},
}
LEFT_OUT = ("templates/pages/kit.html",)
"""A page for whoever builds, which no user sees."""


def sentences() -> Iterator[tuple[str | tuple[str, str], str, int]]:
    """(msgid or (singular, plural), file, line) of everything that is said to people."""
    found = extract_from_dir(str(ROOT), METHODS, OPTIONS, KEYWORDS, directory_filter=_enters)
    for file, line, message, _, _ in found:
        if file.replace("\\", "/") not in LEFT_OUT and message and not _is_method(file, line):
            yield (message if isinstance(message, str) else (message[0], message[1])), file, line


def _is_method(file: str, line: int) -> bool:
    """Whether the call is of another's ``text``, such as ``sa.text``: SQL is not said to people."""
    if not file.endswith(".py"):
        return False
    here, above = _lines(file)[line - 1], _lines(file)[line - 2] if line > 1 else ""
    return ".text(" in here or above.rstrip().endswith(".text(")


@cache
def _lines(file: str) -> list[str]:
    return (ROOT / file).read_text("utf-8").splitlines()


def _enters(path: str | Path) -> bool:
    name = Path(path).name
    return not name.startswith(".") and name not in ("node_modules", "vendor", "static", "_templates", "dist", "build")


def read(language: str) -> Catalog:
    """The catalogue of a language as it is; empty when there is none yet."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language, project="csbm-notify", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(language: str, translations: Catalog) -> None:
    """Write a catalogue: sorted by message, without dates, so that a change shows alone."""
    made = Catalog(locale=language, project="csbm-notify", charset="utf-8", fuzzy=False)
    wanted = {message if isinstance(message, str) else message[0]: message for message, _, _ in sentences()}
    for key in sorted(wanted):
        old = translations.get(key)
        plural = not isinstance(wanted[key], str)
        words = old.string if old is not None and isinstance(old.string, tuple) == plural else ""
        made.add(wanted[key], words)
    out = io.BytesIO()
    write_po(out, made, width=110, omit_header=False)
    lines = [
        line for line in out.getvalue().decode().splitlines() if "-Date: " not in line and "Generated-By" not in line
    ]
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def missing(language: str) -> list[str | tuple[str, str]]:
    """Messages without a translation."""
    have = read(language)
    found = []
    for message in dict.fromkeys(message for message, _, _ in sentences()):
        key = message if isinstance(message, str) else message[0]
        entry = have.get(key)
        if entry is None or not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
            found.append(message)
    return found


def fill(language: str, translations: dict[str, str | list[str]]) -> None:
    """Put translations into a catalogue."""
    catalogue = read(language)
    keys = {message if isinstance(message, str) else message[0]: message for message, _, _ in sentences()}
    for key, words in translations.items():
        if key in keys:
            catalogue.delete(key)
            catalogue.add(keys[key], words if isinstance(words, str) else tuple(words))
    write(language, catalogue)


def main(arguments: list[str]) -> int:
    """The command."""
    match arguments:
        case []:
            for language in TRANSLATED:
                write(language, read(language))
                print(f"{language}: {len(missing(language))} to translate")
        case ["--missing", language]:
            print(json.dumps(missing(language), ensure_ascii=False, indent=1))
        case ["--fill", language, file]:
            fill(language, json.loads(Path(file).read_text("utf-8")))
            print(f"{language}: {len(missing(language))} to translate")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
