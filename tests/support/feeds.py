"""Feeds as their readers get them, and what is wrong with one: Atom by RFC 4287, JSON Feed by its version 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx2
from starlette.applications import Starlette

from notify.actor import Actor
from notify.delivery import subscriptions
from notify.delivery.subscription_models import NewSubscription
from notify.feeds.routes import feed_routes
from notify.http_errors import exception_handlers
from notify.office import Office
from tests.support.desk import open_desk
from tests.support.notices import example

BASE = "http://127.0.0.1:8000"
FILES = ("notices.atom", "notices.json", "calendar.ics")

_ATOM = "{http://www.w3.org/2005/Atom}"
_RFC3339 = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")
_ADDRESS = re.compile(r"^(https?://|urn:uuid:)[!-~]+$")


@asynccontextmanager
async def feed_client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever fetches the feeds of an office."""
    await open_desk(office)
    app = Starlette(routes=feed_routes(), exception_handlers=exception_handlers())
    app.state.office = office
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as made:
        yield made


async def subscribed(office: Office, person: Actor, language: str = "es", **filters: Any) -> str:
    """The token of a new personal feed."""
    fields = {"channel": "feed", "kind": "personal", "language": language, "filters": filters or None}
    async with office.act(person) as act:
        made = await subscriptions.create(act, NewSubscription.model_validate(fields))
    assert made.feed_token is not None
    return made.feed_token


def public(name: str = "exercise", **values: object) -> dict[str, Any]:
    """An example that everybody may read."""
    return example(name, visibility="public", **values)


async def items(client: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    """The items of a JSON feed."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def references(client: httpx2.AsyncClient, path: str) -> list[str]:
    """The references of the notices in a JSON feed."""
    return [item["_notice"]["reference"] for item in await items(client, path)]


Seen = dict[str, tuple[int, list[tuple[bytes, bytes]], bytes]]


async def seen(client: httpx2.AsyncClient, token: str) -> Seen:
    """Everything that a feed's reader gets: status, headers and bytes of each file."""
    answers = {name: await client.get(f"/feeds/{token}/{name}") for name in FILES}
    return {name: (got.status_code, got.headers.raw, got.content) for name, got in answers.items()}


def atom_faults(document: bytes) -> list[str]:
    """What RFC 4287 forbids in a feed document, a sentence each; raises ParseError for what is no XML."""
    root = ElementTree.fromstring(document)
    if root.tag != f"{_ATOM}feed":
        return [f"the document is a {root.tag}"]
    entries = root.findall(f"{_ATOM}entry")
    found = [*_of_element(root, "feed"), *_links(root, "feed")]
    ids = [entry.findtext(f"{_ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        found.append("two entries have the same id")
    for entry in entries:
        found += [*_of_element(entry, "entry"), *_links(entry, "entry")]
        if root.find(f"{_ATOM}author") is None and entry.find(f"{_ATOM}author") is None:
            found.append("an entry has no author")
    return found


def _of_element(element: Element, name: str) -> Iterator[str]:
    for required in ("id", "title", "updated"):
        texts = [each.text or "" for each in element.findall(_ATOM + required)]
        if len(texts) != 1 or not texts[0].strip():
            yield f"{name} has {len(texts)} {required}: {texts}"
    for moment in (*element.findall(f"{_ATOM}updated"), *element.findall(f"{_ATOM}published")):
        if not _RFC3339.match(moment.text or ""):
            yield f"{name} has a date {moment.text!r}"
    if not _ADDRESS.match(element.findtext(f"{_ATOM}id") or ""):
        yield f"{name} has an id that is no address: {element.findtext(f'{_ATOM}id')}"
    for author in element.findall(f"{_ATOM}author"):
        if len(author.findall(f"{_ATOM}name")) != 1:
            yield f"{name} has an author without a name"
    for category in element.findall(f"{_ATOM}category"):
        if not category.get("term"):
            yield f"{name} has a category without a term"
    if len(element.findall(f"{_ATOM}summary")) > 1:
        yield f"{name} has two summaries"


def _links(element: Element, name: str) -> Iterator[str]:
    links = element.findall(f"{_ATOM}link")
    for link in links:
        if not _ADDRESS.match(link.get("href", "")):
            yield f"{name} has a link to {link.get('href')!r}"
    alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
    if len(set(alternates)) != len(alternates):
        yield f"{name} has two alternates of one kind"
    if name == "entry" and not alternates and element.find(f"{_ATOM}content") is None:
        yield "an entry has neither content nor alternate"


def json_feed_faults(document: bytes) -> list[str]:
    """What JSON Feed 1.1 forbids, a sentence each; raises ValueError for what is no JSON."""
    feed = json.loads(document)
    found = [] if feed.get("version") == "https://jsonfeed.org/version/1.1" else ["the version is missing"]
    if not isinstance(feed.get("title"), str) or not feed["title"]:
        found.append("the feed has no title")
    found += [f"{name} is no address" for name in ("home_page_url", "feed_url") if not _ADDRESS.match(feed[name])]
    if not isinstance(feed.get("items"), list):
        return [*found, "there are no items"]
    ids = [item.get("id") for item in feed["items"]]
    if len(set(ids)) != len(ids):
        found.append("two items have the same id")
    for item in feed["items"]:
        found += _of_item(item)
    return found


def _of_item(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "an item has no id"
    if not any(isinstance(item.get(name), str) for name in ("content_html", "content_text")):
        yield "an item has no content"
    for name in ("date_published", "date_modified"):
        if name in item and not _RFC3339.match(item[name]):
            yield f"{name} is {item[name]!r}"
    if "author" in item:
        yield "author is of version 1.0"
    if not all(set(author) & {"name", "url", "avatar"} for author in item.get("authors", [])):
        yield "an author says nothing"
    if not all(isinstance(tag, str) for tag in item.get("tags", [])):
        yield "a tag is no text"
    known = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
             "date_published", "date_modified", "authors", "tags", "language", "attachments"}  # fmt: skip
    for name in item:
        if name not in known and not name.startswith("_"):
            yield f"{name} is no field of an item"
