"""One demonstration and one Chromium for all tests of the pages; each window of it has cookies of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from scripts.browser import find
from scripts.screenshot import ARGUMENTS
from tests.browser.window import Window
from tests.support.office import settings_of
from tests.support.processes import Site

OpenWindow = Callable[..., Awaitable[Window]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What all tests of the folder are: in a browser, with servers, in one loop."""
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.server)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(frozen=True)
class Demonstration:
    """Where it is served, and its demo.json."""

    url: str
    demo: dict[str, Any]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demonstration(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demonstration]:
    """`serve --demo` as a user starts it, ready."""
    folder = tmp_path_factory.mktemp("demonstration")
    site = Site(settings_of(folder, ""), folder)
    try:
        web = site.web("--demo")
        await web.ready(120)
        demo = json.loads((site.settings.data_dir / "demo.json").read_text())
        yield Demonstration(web.url, demo)
    finally:
        site.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser that `make test` found or set up."""
    path = find()
    assert path is not None, "There is no Chromium: `make setup-test` sets one up, BROWSER_PATH names one."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(
    chromium: Browser, demonstration: Demonstration, request: pytest.FixtureRequest
) -> AsyncIterator[Window]:
    """A window of the test's own; at its end nothing may have been complained of."""
    script = getattr(request, "param", True)
    opened = await Window.open(chromium, demonstration.url, script=script)
    yield opened
    await opened.close()
    assert opened.complaints == []
