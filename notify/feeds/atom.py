"""Atom (RFC 4287), by the standard library's XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from notify.feeds.items import Item
from notify.language import Translator, text
from notify.notices.view import rfc3339

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold, escaped or not (XML 1.0, 2.2)."""

register_namespace("", _ATOM)


def render(
    items: Sequence[Item], title: str, feed_id: str, self_url: str, site: str, changed: datetime, say: Translator
) -> bytes:
    """A feed of notices; ``feed_id`` is its name for ever, ``changed`` is when its scope last saw a notice change."""
    feed = Element(f"{{{_ATOM}}}feed", {f"{_XML}lang": say.language})
    _add(feed, "id", feed_id)
    _add(feed, "title", title)
    _add(feed, "updated", rfc3339(changed))
    _add(feed, "link", rel="self", href=self_url, type=MEDIA_TYPE)
    _add(feed, "link", rel="alternate", href=site, type="text/html")
    author = _add(feed, "author")
    _add(author, "name", say(text("Advance notices between states")))
    for item in items:
        feed.append(_entry(item))
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _entry(item: Item) -> Element:
    notice = item.notice
    entry = Element(f"{{{_ATOM}}}entry", {f"{_XML}lang": item.language})
    _add(entry, "id", f"urn:uuid:{notice.id}")
    _add(entry, "title", item.title)
    _add(entry, "updated", rfc3339(notice.latest_at))
    _add(entry, "published", rfc3339(notice.published_at))
    _add(entry, "link", rel="alternate", href=item.url, type="text/html")
    author = _add(entry, "author")
    _add(author, "name", item.state)
    for tag in item.tags:
        _add(entry, "category", term=tag)
    _add(entry, "summary", "\n".join(item.lines), type="text")
    return entry


def _add(parent: Element, name: str, words: str | None = None, **attributes: str) -> Element:
    made = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = None if words is None else _IMPOSSIBLE.sub("", words)
    return made
