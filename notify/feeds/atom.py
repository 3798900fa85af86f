"""Atom (RFC 4287), by the standard library's XML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from notify.feeds.items import Item
from notify.language import Translator, text
from notify.notices.view import rfc3339

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"


def render(items: Sequence[Item], title: str, self_url: str, site: str, changed: datetime | None, say: Translator) -> bytes:
    """A feed of notices; ``changed`` is when its scope last saw one change."""
    register_namespace("", _ATOM)
    feed = Element(f"{{{_ATOM}}}feed", {f"{_XML}lang": say.language})
    _add(feed, "id", self_url)
    _add(feed, "title", title)
    _add(feed, "updated", rfc3339(changed or datetime(1970, 1, 1, tzinfo=UTC)) or "")
    _add(feed, "link", rel="self", href=self_url, type=MEDIA_TYPE)
    _add(feed, "link", rel="alternate", href=site, type="text/html")
    author = _add(feed, "author")
    _add(author, "name", say(text("Advance notices between states")))
    for item in items:
        feed.append(_entry(item, say))
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _entry(item: Item, say: Translator) -> Element:
    notice = item.notice
    entry = Element(f"{{{_ATOM}}}entry", {f"{_XML}lang": item.language})
    _add(entry, "id", f"urn:uuid:{notice.id}")
    _add(entry, "title", item.title)
    _add(entry, "updated", rfc3339(notice.latest_at) or "")
    _add(entry, "published", rfc3339(notice.published_at) or "")
    _add(entry, "link", rel="alternate", href=item.url, type="text/html")
    author = _add(entry, "author")
    _add(author, "name", item.state)
    _add(entry, "category", term=f"measure-{notice.measure}")
    _add(entry, "category", term=notice.status)
    if notice.test:
        _add(entry, "category", term="test")
    _add(entry, "summary", "\n".join(lines(item, say)), type="text")
    return entry


def lines(item: Item, say: Translator) -> list[str]:
    """What a reader wants to know, a line each."""
    found = [item.summary] if item.summary else []
    found.append(say(text("Dates: %(dates)s", dates=item.dates)))
    found.append(say(text("Place: %(place)s", place=item.place)))
    found.append(say(text("Status: %(status)s, revision %(n)s", status=item.status, n=item.notice.revision)))
    if item.reason:
        found.append(say(text("Reason: %(reason)s", reason=item.reason)))
    if item.notice.test:
        found.append(say(text("This is a test of the system. It announces no activity.")))
    return found


def _add(parent: Element, name: str, words: str | None = None, **attributes: str) -> Element:
    made = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = words
    return made
