"""A form on a page as a browser without script fills it in and sends it: only fields that are there, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from httpx2 import Response

from tests.support.visiting import Browser, words_of


@dataclass
class Control:
    """A field: its values are those that it would send; ``offered`` those that can be chosen, None for typed text."""

    name: str
    values: list[str]
    offered: list[str] | None = None
    several: bool = False


@dataclass
class Sheet:
    """The form of a page with a token, which is not one of the frame; ``buttons`` are (name, value)."""

    action: str
    controls: list[Control] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self._in_main = self._in_form = False
        self._select: Control | None = None
        self._area: Control | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        here = {name for name, _ in attrs}
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main:
            self._in_form = True
            self.sheets.append(Sheet(got.get("action", "")))
        elif not self._in_form or not self.sheets:
            return
        elif tag == "input":
            self._input(got, "checked" in here)
        elif tag == "select":
            self._select = Control(got["name"], [], [])
            self.sheets[-1].controls.append(self._select)
        elif tag == "option" and self._select is not None and self._select.offered is not None:
            self._select.offered.append(got["value"])
            if "selected" in here or len(self._select.offered) == 1:
                self._select.values = [got["value"]]
        elif tag == "textarea":
            self._area = Control(got["name"], [""])
            self.sheets[-1].controls.append(self._area)
        elif tag == "button" and got.get("name"):
            self.sheets[-1].buttons.append((got["name"], got["value"]))

    def _input(self, got: dict[str, str], checked: bool) -> None:
        name, value, controls = got["name"], got.get("value", ""), self.sheets[-1].controls
        if got.get("type") not in ("radio", "checkbox"):
            controls.append(Control(name, [value]))
            return
        last = controls[-1] if controls and controls[-1].name == name else Control(name, [], [])
        if last not in controls:
            controls.append(last)
        assert last.offered is not None
        last.offered.append(value)
        last.several = got["type"] == "checkbox"
        if checked:
            last.values.append(value)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values[0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            # A browser drops the line break that stands right after the tag.
            self._area.values[0] = self._area.values[0].removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._in_form = False
        elif tag == "main":
            self._in_main = False


class Filling:
    """A page that was opened, and what a person does with its form."""

    def __init__(self, browser: Browser, path: str, html: str, status: int = 200) -> None:
        self.browser, self.path, self.status = browser, path, status
        self.html, self.words = html, words_of(html)
        self.sheets = _Reader(html).sheets
        self.sheet = self.sheets[0] if self.sheets else Sheet("")

    @classmethod
    async def open(cls, browser: Browser, path: str) -> Filling:
        """Open the page at a path, also where that leads elsewhere."""
        return await cls._of(browser, await browser.client.get(path, follow_redirects=True))

    @classmethod
    async def _of(cls, browser: Browser, answer: Response) -> Filling:
        return cls(browser, answer.url.path, answer.text, answer.status_code)

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self._control(name).values[0]

    def values(self, name: str) -> list[str]:
        """What is ticked."""
        return self._control(name).values

    def has(self, name: str) -> bool:
        """Whether the form has such a field."""
        return any(control.name == name for control in self.sheet.controls)

    def fill(self, **typed: Any) -> Filling:
        """Type into fields, by their names with ``_`` twice for ``-``; choose of what is offered."""
        for name, value in typed.items():
            self.set(name.replace("__", "-"), value)
        return self

    def set(self, name: str, value: Any) -> None:
        """Type into a field or choose of it: a text, or a list of what is ticked."""
        control = self._control(name)
        values = [str(each) for each in value] if isinstance(value, list) else [str(value)]
        if control.offered is not None:
            assert set(values) <= set(control.offered), f"{name} does not offer {values}"
            values = [each for each in control.offered if each in values]
        control.values = values

    def date(self, name: str, day: str) -> None:
        """Type a date, and its time where it has one."""
        year, month, number = day[:10].split("-")
        for part, value in (("day", number.lstrip("0")), ("month", month.lstrip("0")), ("year", year)):
            self.set(f"{name}-{part}", value)
        if "T" in day:
            self.set(f"{name}-time", day[11:])

    def free(self, name: str, words: dict[str, str] | None) -> None:
        """Type a text in its languages."""
        for language, text in (words or {}).items():
            self.set(f"{name}-{language}", text)

    async def press(self, name: str = "", value: str = "") -> Filling:
        """Send the form by one of its buttons, or by its first one, which has no name; go where it leads."""
        sent = [(control.name, each) for control in self.sheet.controls for each in control.values]
        if name:
            assert (name, value) in self.sheet.buttons, f"no button {name}={value}: {self.sheet.buttons}"
            sent.append((name, value))
        answer = await self.browser.client.post(
            self.sheet.action or self.path, data=_form(sent), headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        )  # fmt: skip
        return await self._of(self.browser, answer)

    async def send_to(self, action: str) -> Filling:
        """Press the button of the small form of the page that sends to an address."""
        sheet = next(sheet for sheet in self.sheets if sheet.action == action)
        other = Filling(self.browser, self.path, self.html)
        other.sheet = sheet
        return await other.press()

    def _control(self, name: str) -> Control:
        found = [control for control in self.sheet.controls if control.name == name]
        assert found, f"{self.path} has no field {name}"
        return found[0]


def _form(sent: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name, []).append(value)
    return values
