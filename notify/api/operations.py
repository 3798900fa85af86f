"""What an operation of the API is: one row of the table in `routes`, from which routes and OpenAPI are both made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notify.api import call, query
from notify.api.call import Answer, Call, Handler
from notify.api.checks import Right
from notify.api.models.shared import Nothing
from notify.api.query import Parameter

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """``verb`` and ``path`` (below `PREFIX`), who handles it, the right it needs, and what it takes and answers.

    ``answer`` None: no content; ``body`` None: none is read.
    """

    verb: str
    path: str
    name: str
    summary: str
    handler: Handler
    right: Right
    tag: str
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_required: bool = True
    examples: Mapping[str, object] = field(default_factory=dict)  # of the body, by what each shows
    status: int = 200
    parameters: Sequence[Parameter] = field(default_factory=tuple)
    conditional: bool = False  # honours If-Match
    etag: bool = False  # answers an ETag; a GET honours If-None-Match
    also: Sequence[int] = ()  # other statuses: refusals by the life cycle, or a second success
    located: bool = True  # 201 answers Location
    signed: bool = False  # answers application/jose+json too
    description: str = ""
    safe: bool = False  # changes nothing, though it is no GET

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.verb != "GET" and not self.safe

    @property
    def names(self) -> list[str]:
        """The parameters of its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    async def endpoint(self, request: Request) -> Response:
        """Answer a request."""
        if self.writes:
            response = await call.write(request, self._handle, self.right, takes_body=self.body is not None)
        else:
            response = await call.read(request, self._handle, self.right, takes_body=self.body is not None)
        await call.note_use(request)
        return response

    async def _handle(self, asked: Call) -> Answer:
        query.check(self.parameters, asked.request.query_params)
        if self.body is Nothing:
            asked.parsed(Nothing)
        return await self.handler(asked)


def routes_of(operations: Sequence[Operation]) -> list[Route]:
    """One route a path, which answers 405 with Allow for a verb that the path lacks."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.verb] = operation
    return [Route(PREFIX + path, _dispatch(verbs), methods=sorted(verbs)) for path, verbs in by_path.items()]


def _dispatch(verbs: Mapping[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        verb = "GET" if request.method == "HEAD" else request.method
        return await verbs[verb].endpoint(request)

    return endpoint
