"""Names as sentences need them: “of Peru”, “del Perú”, “du Pérou”; and names of places that are not parties.

Facts of grammar, not of a party, so they come from ``data/of_names.csv`` and ``data/place_names.csv`` and not from
the tables.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from notify.language import LANGUAGES

_PLAIN_OF = {"es": "de", "en": "of", "pt": "de", "fr": "de"}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the project's own tables, ``data/{name}.csv``."""
    content = (files("notify.parties") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(content.splitlines()))


@cache
def _table(name: str, key: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in rows(name)}


def of_name(code: str, name: str, language: str) -> str:
    """“of” and the name of a party, with the article that the language gives that name.

    A name that an operator has changed has no known article: it follows the plain preposition.
    """
    language = language if language in LANGUAGES else "en"
    known = _table("of_names", "code").get(code, {}).get(language, "")
    return known if known.endswith(name) else f"{_PLAIN_OF[language]} {name}"


def place_name(place: str, language: str) -> str:
    """The name of a territory (by its English name) or of a state outside the OAS (by its ISO 3166-1 alpha-3 code).

    A place that the project does not know keeps the name by which it was asked for.
    """
    language = language if language in LANGUAGES else "en"
    return _table("place_names", "place").get(place, {}).get(language) or place
