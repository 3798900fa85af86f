"""A demonstration to which more happens, until there is something on every page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from playwright.async_api import Browser

from tests.browser.pages import send
from tests.browser.window import SECONDS, Window
from tests.support.notices import example
from tests.support.receiver import Receiver, Reply

Cast = dict[str, str]
"""What pages are about, by short names: identifiers, tokens of links, names of mails."""


@dataclass
class Stage:
    """A demonstration to which more happens, by its API and its pages, and whose mails are read."""

    site: str
    demo: Mapping[str, Any]
    client: aiohttp.ClientSession
    cast: Cast = field(default_factory=dict)

    async def call(self, party: str, role: str, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A call of the API by an account of a party."""
        headers = {"Authorization": f"Bearer {self.demo['tokens'][party][role]}"}
        async with self.client.request(verb, f"{self.site}/api/v1{path}", json=body, headers=headers) as answer:
            assert answer.ok, f"{verb} {path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def draft(self, name: str, body: Mapping[str, Any]) -> str:
        """A draft of Peru's: its path in the API."""
        self.cast[name] = (await self.call("PER", "officer", "POST", "/notices", body))["id"]
        return f"/notices/{self.cast[name]}"

    async def published(self, name: str, body: Mapping[str, Any], *steps: str) -> None:
        """A notice of Peru's, published and taken through further steps."""
        path = await self.draft(name, body)
        for step in ("publish", *steps):
            await self.call("PER", "officer", "POST", f"{path}/{step}", {} if step != "publish" else None)

    async def mail(self, to: str, link: str) -> tuple[str, str]:
        """The newest mail to an address with a link: its name, and what stands in the link after ``link``."""
        for _ in range(SECONDS * 5):
            listed = await self._read(f"/demo/mail?to={to}")
            for name in re.findall(r'href="/demo/mail/([^"/?]+)"', listed):
                found = re.search(rf'href="[^"]*{link}([^"?/]+)', await self._read(f"/demo/mail/{name}"))
                if found:
                    return name, found.group(1)
            await asyncio.sleep(0.2)
        raise AssertionError(f"no mail to {to} with {link}")

    async def _read(self, path: str) -> str:
        async with self.client.get(self.site + path) as answer:
            return await answer.text()


async def assemble(browser: Browser, site: str, demo: Mapping[str, Any], receiver: Receiver) -> Cast:
    """Let happen what the demonstration does not tell, and find what the pages are about."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as client:
        stage = Stage(site, demo, client)
        window = await Window.open(browser, site)
        await _subscribe(stage, window, receiver)
        await _post(stage)
        await _attend(stage)
        await _invite(stage, window)
        await window.close()
        edges = (await stage.call("PER", "officer", "GET", "/adjacency"))["edges"]
        columns = ("a", "b", "kind", "confidence")
        lines = [columns, *([edge[column] for column in columns] for edge in edges)]
        stage.cast["table"] = "\n".join(",".join(line) for line in lines)
        stage.cast["mail_notice"], stage.cast["acknowledge"] = await stage.mail("notices@bol.example", "/acknowledge/")
        _, stage.cast["unsubscribe"] = await stage.mail("reader@bra.example", "/unsubscribe/")
        stage.cast["mail_calendar"], stage.cast["answer"] = await stage.mail("lagos@chl.example", "/answer/")
    return {"unknown": "01a20ee2-0000-7000-8000-000000000000", **stage.cast}


async def _subscribe(stage: Stage, window: Window, receiver: Receiver) -> None:
    """A webhook whose receiver is gone, a feed, a mail address that is confirmed and one that is not."""
    receiver.always("/gone", Reply(410))
    hook = await _subscription(
        stage, "COL", "manager", kind="official", channel="webhook", address=receiver.url("/gone")
    )
    await stage.call("COL", "manager", "POST", f"/subscriptions/{hook}/test")
    stage.cast["hook"] = hook
    stage.cast["their_feed"] = await _subscription(stage, "BOL", "officer", kind="personal", channel="feed")
    for address in ("reader@bra.example", "other@bra.example"):
        await _subscription(stage, "BRA", "officer", kind="personal", channel="email", address=address)
        _, stage.cast["confirm"] = await stage.mail(address, "/confirm/")
        if address.startswith("reader"):
            path = f"/confirm/{stage.cast['confirm']}"
            await window.go(path)
            await send(window, path, {})
    for _ in range(SECONDS * 5):
        if not (await stage.call("COL", "manager", "GET", f"/subscriptions/{hook}"))["active"]:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the webhook that is gone was not switched off")


async def _subscription(stage: Stage, party: str, role: str, **body: str) -> str:
    made = await stage.call(party, role, "POST", "/subscriptions", body)
    return str(made["id"])


async def _post(stage: Stage) -> None:
    """Names for some notices of the story, and notices of Peru in the states that it does not have."""
    for notice in (await stage.call("PER", "officer", "GET", "/notices?limit=100"))["items"]:
        content = notice.get("content") or {}
        for called in (content.get("designation"), notice["status"], notice.get("visibility")):
            stage.cast.setdefault(str(called), notice["id"])
    for measure, name in ((4, "exercise"), (5, "visit"), (18, "destruction")):
        full = example(name)
        await stage.draft(f"draft{measure}", {**full, "state": "PER"})
        await stage.draft(f"bare{measure}", {"measure": measure, "state": "PER"})
    body = example("exercise")
    await stage.published("withdrawn", body, "withdraw")
    await stage.published("test", {**body, "test": True})
    submitted = await stage.draft("submitted", body)
    await stage.call("PER", "officer", "POST", f"{submitted}/submit")
    await stage.published("fresh", body)


async def _attend(stage: Stage) -> None:
    """The observers of the story's exercise, one of each kind."""
    path = f"/notices/{stage.cast['PUMA']}/attendance"
    for each in (await stage.call("PER", "officer", "GET", path))["items"]:
        name = "ours" if each["party"] == "BOL" else each["status"]
        stage.cast.setdefault(name, each["id"])


async def _invite(stage: Stage, window: Window) -> None:
    """Somebody who is invited, and somebody who forgot a password."""
    await window.go("/signin")
    await send(window, "/demo/as", {"as": "manager@col.example"})
    await window.go("/people/invite")
    invited = {"name": "Tte. R. Prada", "email": "prada@col.example", "roles": "officer"}
    await send(window, "/people/invite", invited)
    assert window.path == "/people", await window.words()
    roles = {each["name"]: each["role"] for each in stage.demo["accounts"] if each["party"] == "COL"}
    for link in await window.page.locator("main a[href^='/people/']").all():
        words = await link.inner_text()
        role = next((role for name, role in roles.items() if name in words), "invited")
        stage.cast.setdefault(role, str(await link.get_attribute("href")).rpartition("/")[2])
    await window.page.context.clear_cookies()
    await window.go("/forgot")
    await send(window, "/forgot", {"email": "observer@col.example"})
    _, stage.cast["invitation"] = await stage.mail("prada@col.example", "/welcome/")
    _, stage.cast["reset"] = await stage.mail("observer@col.example", "/welcome/")
