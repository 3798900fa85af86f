"""A window of Chromium on the demonstration: what a person does in it, and what a browser complains about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Response

SECONDS = 15
"""How long a page may take, on a machine that is busy with other tests."""

_LOADING_FAILED = "Failed to load resource"
"""The browser's words for an answer of 400 and above; `Window.complaints` judges the answers themselves."""


class Window:
    """One window with cookies of its own. ``complaints`` collects what no page may cause, to be empty at the end.

    A page itself may be answered with an error; what it loads may not.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        self.status = 0
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(f"error: {error}"))
        page.on("response", self._response)

    @classmethod
    async def open(cls, browser: Browser, site: str, *, script: bool = True) -> Window:
        """A new window in Spanish; without ``script`` none runs in it."""
        context = await browser.new_context(
            locale="es-PE", java_script_enabled=script, viewport={"width": 1280, "height": 900}, base_url=site
        )
        context.set_default_timeout(SECONDS * 1000)
        return cls(await context.new_page(), site)

    async def close(self) -> None:
        """Close it, with its cookies."""
        await self.page.context.close()

    # Going

    async def go(self, path: str, status: int = 200) -> None:
        """Open the page at a path, which must answer with this status."""
        await self.page.goto(path)
        assert self.status == status, f"{path}: {self.status}"

    @property
    def path(self) -> str:
        """Where it is, without the host and without a query."""
        return self.page.url.removeprefix(self.site).partition("?")[0]

    async def see_as(self, email: str) -> None:
        """Change the account by the strip “Verlo como”, from whatever page is open, in whatever language it is."""
        strip = self.page.locator(".n-demo")
        await strip.get_by_role("combobox").select_option(email)
        await strip.get_by_role("button").click()

    # Reading

    async def words(self, within: str = "main") -> str:
        """What is shown, with single spaces."""
        return " ".join((await self.page.locator(within).first.inner_text()).split())

    async def shows(self, *words: str, within: str = "main") -> None:
        """Assert that all these words are shown."""
        shown = await self.words(within)
        for each in words:
            assert each in shown, f"{self.page.url} does not say “{each}”: {shown}"

    # Filling in

    async def press(self, name: str, within: str = "main", *, exact: bool = True) -> None:
        """Press the button, or the link that looks like one, of this name."""
        await self.page.locator(within).get_by_role("button", name=name, exact=exact).first.click()

    async def follow(self, name: str, within: str = "main", *, exact: bool = True) -> None:
        """Follow the link of this name."""
        await self.page.locator(within).get_by_role("link", name=name, exact=exact).first.click()

    async def save(self) -> None:
        """Press the button that a form is sent by, in whatever language the page is."""
        await self.page.locator("main form button:not([name], [aria-hidden])").first.click()

    async def add_row(self, rows: str) -> None:
        """Press the button for one more row of ``rows``."""
        await self.page.locator(f'main button[name="add"][value="{rows}"]').click()

    def field(self, name: str) -> Locator:
        """The field of this name."""
        return self.page.locator(f'main [name="{name}"]')

    async def type(self, fields: Mapping[str, Any]) -> None:
        """Type into fields, choose of a select or of radios, tick boxes; None leaves a field as it is."""
        for name, value in fields.items():
            if value is None:
                continue
            field = self.field(name).first
            match await field.evaluate("field => field.type"):
                case "radio" | "checkbox":
                    await self.tick(name, *(value if isinstance(value, list) else [value]))
                case "select-one":
                    await field.select_option(str(value))
                case _:
                    await self._unfold(field)
                    await field.fill(str(value))

    async def tick(self, name: str, *values: str) -> None:
        """Tick boxes or choose a radio of the group ``name``, opening what it is folded into."""
        for value in values:
            field = self.page.locator(f'[name="{name}"][value="{value}"]')
            await self._unfold(field)
            if not await field.is_checked():
                # The look draws its own box over the field: it is the label that a person hits.
                await self.page.locator(f'label[for="{await field.get_attribute("id")}"]').click()
            assert await field.is_checked(), f"{name}={value}"

    async def date(self, name: str, moment: str) -> None:
        """Type a date, such as 2027-08-18, with its time where it has one."""
        year, month, day = (part.lstrip("0") for part in moment[:10].split("-"))
        await self.type({f"{name}-day": day, f"{name}-month": month, f"{name}-year": year})
        if "T" in moment:
            await self.type({f"{name}-time": moment[11:]})

    async def free(self, name: str, words: Mapping[str, str]) -> None:
        """Type a text in its languages."""
        for language, text in words.items():
            field = self.field(f"{name}-{language}")
            await self._unfold(field)
            await field.fill(text)

    async def _unfold(self, field: Locator) -> None:
        closed = field.locator("xpath=ancestor::details[not(@open)]")
        if await closed.count():
            await closed.locator("summary").first.click()

    # Complaints

    def _complain(self, words: str) -> None:
        self.complaints.append(f"{self.page.url}: {words}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_LOADING_FAILED):
            self._complain(f"{message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request():
            if request.frame == self.page.main_frame and not 300 <= response.status < 400:
                self.status = response.status
        elif response.status >= 400 and not re.search(r"/favicon", response.url):
            self._complain(f"{response.status} of {response.url}")
