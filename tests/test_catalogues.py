"""The catalogues are complete: every sentence in four languages, with the same places to fill in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from notify.language import LOCALES, text, translator
from scripts.messages import TRANSLATED, sentences

SAME_IN = {
    line.split("\t")[1]: set(line.split("\t")[0].split())
    for line in (Path(__file__).parent / "data" / "same_in_english.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
}
"""Messages that are right as they are in a language: names, codes and words that two languages share."""

_PLACES = re.compile(r"%\(\w+\)[sd]|%%")
_TAGS = re.compile(r"</?\w+[^>]*>")


@cache
def messages() -> dict[str, str | tuple[str, str]]:
    return {m if isinstance(m, str) else m[0]: m for m, _, _ in sentences()}


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_missing_fuzzy_or_left_in_english(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wanted = messages()
    wrong = []
    for key, message in wanted.items():
        entry = catalogue.get(key)
        words = () if entry is None else entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if entry is None or not words or not all(words):
            wrong.append(f"missing: {key}")
        elif entry.fuzzy:
            wrong.append(f"fuzzy: {key}")
        elif key in words and language not in SAME_IN.get(key, ()):
            wrong.append(f"as in English: {key}")
        elif isinstance(message, tuple) != isinstance(entry.string, tuple):
            wrong.append(f"plural: {key}")
    assert wrong == []
    assert sorted(m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id) == sorted(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_and_tags_of_its_sentence(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for key, message in messages().items():
        entry = catalogue.get(key)
        if entry is None:
            continue
        forms = [str(form) for form in (entry.string if isinstance(entry.string, tuple) else (entry.string,))]
        # A singular may leave its number out, the other forms may not.
        for form, original in zip(
            forms, (key, *([message[1]] * 3 if isinstance(message, tuple) else [key])), strict=False
        ):
            places, wanted = set(_PLACES.findall(form)), set(_PLACES.findall(original))
            if isinstance(message, tuple):
                wanted, places = wanted - {"%(n)s"}, places - {"%(n)s"}
            if places != wanted or sorted(_TAGS.findall(form)) != sorted(_TAGS.findall(original)):
                wrong.append(f"{key} → {form}")
    assert wrong == []


def test_a_sentence_is_said_in_the_readers_language() -> None:
    assert translator("es")(text("Neighbouring states")) == "Estados vecinos"
    assert translator("en")(text("Neighbouring states")) == "Neighbouring states"
