"""A small application around the look's machinery, so that pages are tested without the rest of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from notify.database import Database
from notify.errors import Refused
from notify.language import text
from notify.office import Office
from notify.settings import Settings
from notify.vault import Vault
from notify.web.forms import Form
from notify.web.rendering import Renderer, error_page, page
from notify.web.said import redirect
from notify.web.security import SecurityHeaders, posted
from tests.support.clock import Clock

HOME = "http://127.0.0.1:8000"


@dataclass
class Stage:
    """What the next requests find: who opens pages, and what they are shown. Tests change it as they go."""

    state: dict[str, Any] = field(default_factory=dict)
    template: str = "kit.html"
    context: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refused | None = None
    received: list[Form] = field(default_factory=list)


def make_client(stage: Stage, folder: Path, *, base_url: str = HOME, demonstration: bool = False) -> TestClient:
    """A browser without script on an application with one page (``/page``) and a form that posts to it."""
    settings = Settings(data_dir=folder, base_url=base_url, secret_key="a secret of the tests and of nobody else")
    office = Office(settings, Database(settings.database), Vault(settings.key()), Clock())

    async def show(request: Request) -> Response:
        for name, value in stage.state.items():
            setattr(request.state, name, value)
        if stage.refusal is not None:
            raise stage.refusal
        if request.method == "POST":
            stage.received.append(await posted(request))
            return redirect(
                request, "/page", said=text("Saved for %(who)s.", who=text("Home")), more=(text("Inbox"), "/")
            )
        return page(request, stage.template, **stage.context)

    async def refuse(request: Request, refused: Exception) -> Response:
        assert isinstance(refused, Refused)
        return error_page(request, refused)

    app = Starlette(
        routes=[Route("/page", show, methods=["GET", "POST"])],
        middleware=[Middleware(SecurityHeaders, settings=settings)],
        exception_handlers={Refused: refuse},
    )
    app.state.office = office
    app.state.renderer = Renderer(office, demonstration=demonstration)
    return TestClient(app, base_url=base_url, follow_redirects=False)


@dataclass(frozen=True)
class Element:
    """A start tag of a page."""

    tag: str
    attributes: Mapping[str, str | None]

    def get(self, name: str) -> str:
        """An attribute, "" when it is absent or has no value."""
        return self.attributes.get(name) or ""

    def words(self, name: str) -> Sequence[str]:
        """The words of an attribute, such as the classes of an element."""
        return self.get(name).split()


class Page(HTMLParser):
    """The elements of a page, in order, and its title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def all(self, tag: str) -> list[Element]:
        """Every element of a kind."""
        return [element for element in self.elements if element.tag == tag]

    def first(self, tag: str, **attributes: str) -> Element:
        """The first element of a kind with these attributes. Raises StopIteration when there is none."""
        return next(
            element
            for element in self.all(tag)
            if all(element.get(name) == value for name, value in attributes.items())
        )

    @property
    def csrf(self) -> str:
        """The token of its first form."""
        return self.first("input", name="csrf").get("value")
