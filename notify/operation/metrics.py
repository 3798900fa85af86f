"""Metrics for Prometheus: requests as the web processes count them, and the figures of the database.

With several web processes on one machine (``serve --workers``) each keeps its counts in files of the folder
``PROMETHEUS_MULTIPROC_DIR``, which `serve` makes, and whichever is asked adds them all up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notify.codes import DeliveryStatus
from notify.operation.figures import Figures

SHARED = "PROMETHEUS_MULTIPROC_DIR"
WORKER_KINDS = ("inside", "worker")

_VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What one web process counts, made once by `create_app`."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library lacks it
        self._registry = CollectorRegistry()
        self._shared = SHARED in os.environ
        self._requests = Counter(
            "csbm_requests",
            "Requests by verb, route and status of the answer.",
            ("verb", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "csbm_request_seconds", "Seconds until an answer began.", buckets=_BUCKETS, registry=self._registry
        )
        if not self._shared:
            ProcessCollector(registry=self._registry)

    def count(self, verb: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(verb if verb in _VERBS else "other", route, str(status)).inc()
        self._seconds.observe(seconds)

    def text(self, figures: Figures) -> bytes:
        """All of it in Prometheus' text format."""
        registry = self._registry
        if self._shared:
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library lacks it
        return generate_latest(registry) + _text_of(figures)


def _text_of(figures: Figures) -> bytes:
    """The database's figures. Written by hand, since a gauge of the library would be one more file of each process."""
    by_status = {f'status="{status}"': figures.deliveries.get(status, 0) for status in get_args(DeliveryStatus)}
    by_kind = {f'kind="{kind}"': figures.workers.get(kind, 0) for kind in WORKER_KINDS}
    running = {f'version="{version("csbm-notify")}"': 1}
    return "".join(
        (
            _gauge("csbm_build_info", "The version that runs; always 1.", running),
            _gauge("csbm_deliveries", "Deliveries by status.", by_status),
            _gauge("csbm_workers", "Workers that gave a sign of life lately.", by_kind),
            _gauge("csbm_waiting_events", "Events that no worker has expanded.", {"": figures.waiting_events}),
            _gauge("csbm_oldest_event_seconds", "Age of the oldest of them.", {"": figures.oldest_event}),
            _gauge("csbm_oldest_pending_seconds", "How long the oldest is overdue.", {"": figures.oldest_pending}),
        )
    ).encode()


def _gauge(name: str, words: str, values: Mapping[str, float]) -> str:
    lines = [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
    lines += [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values.items()]
    return "\n".join(lines) + "\n"


class CountRequests:
    """Middleware: counts every request by the template of its route, never by its path, which may hold a secret."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status, took = 500, 0.0

        async def send_counted(message: Message) -> None:
            nonlocal status, took
            if message["type"] == "http.response.start":
                status, took = message["status"], time.perf_counter() - began
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        finally:
            route = getattr(scope.get("route"), "path", "") or "none"
            self.metrics.count(scope["method"], route, status, took or time.perf_counter() - began)
