"""Pages: one environment of templates, and the frame that every page stands in.

`page` answers a request with a template; `error_page` puts a refusal into words. What the frame shows comes from
``request.state`` (actor, party, directory, counts, worker_missing, demo_accounts), which the middleware of sessions
sets; whatever is missing there is simply not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, Undefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from notify.actor import Actor
from notify.errors import Fault, NotSignedIn, Refused
from notify.language import Text, text
from notify.office import Office
from notify.web import formats, frame, said
from notify.web.languages import NAMES, language_of, remember
from notify.web.reader import Reader, reading
from notify.web.security import csrf_token

_PACKAGE = Path(__file__).parent.parent
_MACROS = {"ui": ("marks", "lists", "tables", "buttons"), "field": ("fields", "groups")}


class Lenient(Undefined):
    """A name that was not given: an error where it is printed or gone through, but false when it is only asked about.

    So a notice's absent fields can be asked for by ``{% if content.purpose %}``, and a misspelt name still shows.
    ``{{ words if condition }}`` prints nothing when the condition is false.
    """

    __slots__ = ()

    def __str__(self) -> str:
        if not self._undefined_hint or self._undefined_name is not None:  # only an `if` without `else` has no name
            self._fail_with_undefined_error()
        return ""

    def __iter__(self) -> Iterator[Any]:
        self._fail_with_undefined_error()

    def __len__(self) -> int:
        self._fail_with_undefined_error()


def template_folder() -> Path:
    """Where the templates are: inside the package when it was installed from a wheel, else beside it."""
    inside = _PACKAGE / "_templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


@cache
def environment() -> Environment:
    """Templates of pages by their name (``inbox.html``), others with their folder (``mail/notice.txt``).

    The macros are there without an import: ``ui.tag(…)``, ``field.input(…)``. One a process: it holds no request.
    """
    folder = template_folder()
    made = Environment(
        loader=FileSystemLoader([folder / "pages", folder]),
        autoescape=True,
        undefined=Lenient,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=folder.name != "_templates",
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    made.policies["ext.i18n.trimmed"] = True
    formats.install(made)
    made.globals.update({namespace: SimpleNamespace() for namespace in _MACROS})  # macros use each other's
    for namespace, files in _MACROS.items():
        macros = made.globals[namespace]
        for file in files:
            module = made.get_template(f"_macros/{file}.html").module
            vars(macros).update({name: macro for name, macro in vars(module).items() if not name.startswith("_")})
    return made


class Renderer:
    """Made once by `create_app` and kept as ``app.state.renderer``."""

    def __init__(self, office: Office, *, demonstration: bool = False) -> None:
        self.office = office
        self.demonstration = demonstration
        self.environment = environment()

    def page(self, request: Request, template: str, *, status: int = 200, **context: object) -> Response:
        """A page. Its context are the frame's names (see `_frame`) and ``context``, which wins."""
        spoken = said.take(request)
        html = self.html(request, template, said=spoken, **context)
        response = HTMLResponse(html, status_code=status)
        response.headers["Cache-Control"] = "no-store"  # every page holds a form's token
        response.headers["Vary"] = "Cookie, Accept-Language"
        remember(request, response)
        if spoken is not None:
            said.was_said(request, response)
        return response

    def html(self, request: Request, template: str, **context: object) -> str:
        """The text of a page, or of a part of one."""
        who = self._reader(request)
        with reading(who):
            return self.environment.get_template(template).render(**{**self._frame(request, who), **context})

    def error_page(self, request: Request, refused: Refused) -> Response:
        """A refusal in words. Who has to sign in first is led there, and back after."""
        if isinstance(refused, NotSignedIn) and request.method in ("GET", "HEAD"):
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse("/signin" if path == "/" else f"/signin?next={quote(path)}", status_code=303)
        response = self._problem(request, refused.status, refused.title, refused.detail, refused.faults)
        if refused.retry_after is not None:
            response.headers["Retry-After"] = str(refused.retry_after)
        return response

    def failure_page(self, request: Request, request_id: str = "") -> Response:
        """What a person sees when the service itself failed; ``request_id`` finds the line in its log."""
        return self._problem(
            request,
            500,
            text("Something went wrong in the service"),
            text("Nothing was saved. Try again in a minute; if it happens again, tell whoever runs the service."),
            request_id=request_id,
        )

    def _problem(
        self,
        request: Request,
        status: int,
        title: Text,
        detail: Text,
        faults: tuple[Fault, ...] = (),
        request_id: str = "",
    ) -> Response:
        return self.page(
            request,
            "error.html",
            status=status,
            problem_status=status,
            problem_title=title,
            problem_detail=detail,
            faults=faults,
            request_id=request_id,
        )

    def _reader(self, request: Request) -> Reader:
        party = _state(request, "party", None)
        return Reader(
            language=language_of(request),
            now=self.office.clock(),
            zone=party.timezone if party is not None else "UTC",
            actor=_state(request, "actor", None),
            party=party,
            directory=_state(request, "directory", None),
            csrf_token=_once(lambda: csrf_token(request)),
        )

    def _frame(self, request: Request, who: Reader) -> dict[str, object]:
        actor: Actor | None = who.actor
        return {
            "service": frame.SERVICE,
            "subtitle": frame.SUBTITLE,
            "language": who.language,
            "language_names": NAMES,
            "languages": frame.languages(request),
            "actor": actor,
            "me": who.party,
            "now": who.now,
            "today": who.today,
            "reader_zone": who.zone,
            "path": request.url.path,
            "menu": frame.menu(actor, _state(request, "counts", {}), who.party),
            "posts": frame.posts(actor, who.party),
            "demonstration": self.demonstration,
            "demo_accounts": _state(request, "demo_accounts", ()),
            "worker_missing": _state(request, "worker_missing", False),
            "foot_links": frame.foot_links(self.demonstration),
            "said": None,
        }


def page(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    """Answer with a page, by the application's renderer."""
    return _renderer(request).page(request, template, status=status, **context)


def error_page(request: Request, refused: Refused) -> Response:
    """Answer with a refusal in words, by the application's renderer."""
    return _renderer(request).error_page(request, refused)


def _renderer(request: Request) -> Renderer:
    renderer = request.app.state.renderer
    assert isinstance(renderer, Renderer)
    return renderer


def _state(request: Request, name: str, otherwise: Any) -> Any:
    return getattr(request.state, name, otherwise)


def _once(make: Callable[[], str]) -> Callable[[], str]:
    """One token a page, however many forms it has."""
    made: list[str] = []

    def get() -> str:
        if not made:
            made.append(make())
        return made[0]

    return get
