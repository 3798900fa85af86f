"""The page of the API's documentation in a browser: it loads nothing from elsewhere and breaks no rule of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from notify.api.routes import api_routes
from notify.http_errors import exception_handlers
from notify.office import Office
from notify.web.assets import Assets
from notify.web.security import SecurityHeaders
from scripts.browser import find
from tests.support.api import served

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def make_site(office: Office) -> Starlette:
    site = Starlette(
        routes=[*api_routes(), Mount("/static", Assets())],
        middleware=[Middleware(SecurityHeaders, settings=office.settings)],
        exception_handlers=exception_handlers(),
    )
    site.state.office = office
    return site


@asynccontextmanager
async def opened(url: str, width: int, said: list[str]) -> AsyncIterator[Page]:
    """The page in a browser; ``said`` gets every message of its console, and every address elsewhere that it asks."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((url, "data:")) else said.append(request.url))
        await page.goto(f"{url}/api/docs")
        yield page
        await browser.close()


async def violations(page: Page) -> Any:
    """What axe finds, with the first place of each."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    return await page.evaluate("axe.run().then(found => found.violations.map(v => [v.id, v.nodes[0].html]))")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_documentation_is_shown_within_the_rules_of_the_service(office_sqlite: Office, width: int) -> None:
    said: list[str] = []
    async with served(make_site(office_sqlite)) as url, opened(url, width, said) as page:
        await page.get_by_text("Write a draft").click(timeout=60_000)
        await page.get_by_text("Try it out").click()
        await page.get_by_role("button", name="Execute").wait_for()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        await page.get_by_role("button", name="Execute").click()
        await page.get_by_text("Send a valid token").first.wait_for()
    # The browser itself notes the answer 401 in the console.
    assert [words for words in said if "401" not in words] == [], json.dumps(said)
