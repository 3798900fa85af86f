"""Words for people: a text is a message id with arguments, put into words for each reader.

Message ids are English; ``locales/{es,pt,fr}/LC_MESSAGES/messages.po`` hold the others. A rule or an error never
formats a sentence: it returns a `Text`, and the page, the mail or the API says it in its reader's language.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("es", "en", "pt", "fr")
"""The four languages of the OAS, in the order in which pages offer them."""

LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True)
class Text:
    """A sentence before it is put into a language. ``args`` fill ``%(name)s`` places and may be texts themselves."""

    msgid: str
    args: Mapping[str, object] = field(default_factory=dict)
    plural: str | None = None
    n: int = 1

    def __str__(self) -> str:
        return translator("en")(self)


def text(msgid: str, /, **args: object) -> Text:
    """A text; ``msgid`` is a literal, so that the catalogues can be extracted."""
    return Text(msgid, args)


def ntext(singular: str, plural: str, n: int, /, **args: object) -> Text:
    """A text that depends on a number; ``%(n)s`` is that number."""
    return Text(singular, {"n": n, **args}, plural, n)


class Translator:
    """Puts texts into one language."""

    def __init__(self, language: str, catalogue: stdlib_gettext.NullTranslations) -> None:
        self.language = language
        self.catalogue = catalogue
        self.gettext: Callable[[str], str] = catalogue.gettext
        self.ngettext: Callable[[str, str, int], str] = catalogue.ngettext

    def __call__(self, value: Text | str) -> str:
        """The sentence in this language; a plain string comes back as it is."""
        if isinstance(value, str):
            return value
        plural = value.plural
        words = self.gettext(value.msgid) if plural is None else self.ngettext(value.msgid, plural, value.n)
        if not value.args:
            return words.replace("%%", "%")
        return words % {k: self(v) if isinstance(v, Text) else v for k, v in value.args.items()}


@cache
def translator(language: str) -> Translator:
    """The translator of one of `LANGUAGES`; English, the language of the message ids, for any other."""
    if language not in LANGUAGES or language == "en":
        return Translator("en", stdlib_gettext.NullTranslations())
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translator(language, stdlib_gettext.NullTranslations())
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, Translations(compiled))


def pick(words: Mapping[str, str] | None, language: str) -> tuple[str, str]:
    """(text, language) of a free text for a reader: the reader's language, else the first of `LANGUAGES` it has.

    ("", language) for a text that is absent. A page marks a text whose language is not the reader's.
    """
    if not words:
        return "", language
    if words.get(language):
        return words[language], language
    for other in LANGUAGES:
        if words.get(other):
            return words[other], other
    return "", language
