"""The whole way of a notice, as outsiders see it, on both set-ups.

Embedded: SQLite with the worker inside. Scaled: PostgreSQL and Valkey with two workers, each a process of its own. Mail
goes to a real SMTP server and webhooks to a real HTTP receiver; what they get is read by other people's libraries.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import feedparser
import httpx2
import icalendar
import pytest
from standardwebhooks import Webhook

from notify.settings import Settings
from tests.support.libical import itip_findings
from tests.support.office import settings_of
from tests.support.processes import Site, Web
from tests.support.receiver import Receiver
from tests.support.smtp import SmtpServer
from tests.support.valkey import Valkey

EXAMPLES = Path(__file__).parent / "data" / "examples"
SECONDS = 15
"""How long a test waits for a delivery."""


def example(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return body


@dataclass
class Story:
    """The running system and the world around it."""

    web: Web
    smtp: SmtpServer
    receiver: Receiver
    demo: dict[str, Any]
    client: httpx2.AsyncClient

    async def call(
        self, who: str, role: str, verb: str, path: str, body: object = None, *, status: int | None = None
    ) -> Any:
        """One call of the API with a demonstration's token; its JSON."""
        token = self.demo["tokens"][who] if role == "" else self.demo["tokens"][who][role]
        answer = await self.client.request(
            verb, f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        wanted = (status,) if status else (200, 201)
        assert answer.status_code in wanted, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def mails(self, to: str, about: str, count: int = 1) -> list[EmailMessage]:
        """Wait for mails to an address whose subject holds ``about``."""

        def found() -> list[EmailMessage]:
            return [m.message for m in self.smtp.to(to) if about in str(m.message["Subject"])]

        for _ in range(SECONDS * 20):
            if len(found()) >= count:
                break
            await asyncio.sleep(0.05)
        subjects = [str(m.message["Subject"]) for m in self.smtp.to(to)][-5:]
        assert len(found()) >= count, f"{count} mails to {to} about {about}; the last: {subjects}"
        return found()

    async def hooks(self, kind: str, reference: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for webhooks of a type about a notice."""

        def found() -> list[dict[str, Any]]:
            return [
                h.json
                for h in self.receiver.hooks
                if h.json["type"] == kind and reference in json.dumps(h.json["data"])
            ]

        for _ in range(SECONDS * 20):
            if len(found()) >= count:
                break
            await asyncio.sleep(0.05)
        assert len(found()) >= count, f"{kind} about {reference}: {[h.json['type'] for h in self.receiver.hooks]}"
        return found()


@pytest.fixture(params=["embedded", "scaled"])
async def story(
    request: pytest.FixtureRequest, tmp_path: Path, smtp: SmtpServer, receiver: Receiver
) -> AsyncIterator[Story]:
    """The demonstration, started as a user starts it."""
    more = {"smtp_url": smtp.url}
    if request.param == "embedded":
        settings = settings_of(tmp_path, "").model_copy(update=more)
    else:
        url = request.getfixturevalue("postgres_empty")
        valkey: Valkey = request.getfixturevalue("valkey")
        settings = settings_of(tmp_path, url).model_copy(update={**more, "redis_url": valkey.url})
    site = Site(_known(settings), tmp_path)
    try:
        web = site.web("--demo")
        if request.param == "scaled":
            await web.alive(120)
            for _ in range(2):
                site.worker(NOTIFY_BASE_URL=web.url)  # the links in mails are the web's
        await web.ready(120)
        demo = json.loads((settings.data_dir / "demo.json").read_text())
        async with httpx2.AsyncClient(base_url=web.url, timeout=10, trust_env=False) as client:
            yield Story(web, smtp, receiver, demo, client)
    finally:
        site.close()


def _known(settings: Settings) -> Settings:
    return Settings.model_validate(settings.model_dump())


@pytest.mark.server
async def test_a_notice_reaches_its_neighbours_and_an_observers_calendar_stays_right(story: Story) -> None:
    secret = await _subscribe(story)
    feed = await story.call("BOL", "observer", "POST", "/subscriptions",
                            {"channel": "feed", "kind": "personal", "language": "es"})  # fmt: skip
    jamaica_before = await _all_that_jamaica_sees(story)
    events_before = await _last_position(story, "BOL")

    notice = await _publish_the_exercise(story)
    reference, notice_id = notice["reference"], notice["id"]
    await _neighbours_are_told(story, notice, secret, feed["urls"], events_before)
    assert await _all_that_jamaica_sees(story) == jamaica_before
    await story.call("JAM", "officer", "GET", f"/notices/{notice_id}", status=404)

    await _bolivia_acknowledges(story, notice)
    attendance_id, invitation = await _an_observer_is_approved(story, notice)
    await _she_answers_by_the_link(story, attendance_id, invitation)
    await _her_calendar_follows(story, notice, attendance_id, invitation)
    assert await _all_that_jamaica_sees(story) == jamaica_before
    assert reference.startswith("PER-2027-M4-")


@pytest.mark.server
async def test_a_visit_is_withdrawn_and_a_destruction_and_a_test_go_the_whole_way(story: Story) -> None:
    visit = await _published(story, "MEX", "visit")
    assert re.fullmatch(r"MEX-2027-M5-\d{3}", visit["reference"])
    for party in ("GTM", "CHL", "OAS"):
        await story.mails(f"notices@{party.lower()}.example", visit["reference"])
    await story.call("MEX", "officer", "POST", f"/notices/{visit['id']}/withdraw",
                     {"reason": {"es": "Publicado por error"}})  # fmt: skip
    for party in ("GTM", "CHL", "OAS"):
        mails = await story.mails(f"notices@{party.lower()}.example", visit["reference"], 2)
        assert any("Publicado por error" in _plain(mail) for mail in mails)

    destruction = await _published(story, "TTO", "destruction")
    assert re.fullmatch(r"TTO-2027-M18-\d{3}", destruction["reference"])
    await story.mails("notices@guy.example", destruction["reference"])
    public = await story.client.get("/feeds/public/notices.atom")
    assert destruction["reference"] in public.text
    assert visit["reference"] not in public.text

    drill = {**example("exercise"), "test": True}
    draft = await story.call("PER", "officer", "POST", "/notices", drill)
    test = await story.call("PER", "officer", "POST", f"/notices/{draft['id']}/publish", {})
    assert re.fullmatch(r"PER-2027-T-\d{3}", test["reference"])
    [mail] = (await story.mails("notices@bol.example", test["reference"]))[:1]
    assert "PRUEBA" in str(mail["Subject"]).upper()


async def _published(story: Story, state: str, name: str) -> dict[str, Any]:
    draft = await story.call(state, "officer", "POST", "/notices", example(name), status=201)
    found: dict[str, Any] = await story.call(state, "officer", "POST", f"/notices/{draft['id']}/publish", {})
    return found


async def _subscribe(story: Story) -> str:
    made = await story.call("BOL", "manager", "POST", "/subscriptions", {
        "channel": "webhook", "kind": "official", "address": story.receiver.url("/bolivia"), "language": "es",
    }, status=201)  # fmt: skip
    await story.call("PER", "manager", "POST", "/subscriptions", {
        "channel": "webhook", "kind": "official", "address": story.receiver.url("/peru"), "language": "es",
    }, status=201)  # fmt: skip
    secret: str = made["secret"]
    return secret


async def _all_that_jamaica_sees(story: Story) -> list[Any]:
    found: list[Any] = []
    for path in ("/notices", "/notices?q=PUMA", "/events?after=0"):
        answer = await story.call("JAM", "officer", "GET", path)
        found.append(answer)
    public = await story.client.get("/feeds/public/notices.json")
    found.append((public.text, public.headers["etag"]))
    return found


async def _last_position(story: Story, party: str) -> str:
    after = "0"
    while True:
        answer = await story.call(party, "officer", "GET", f"/events?after={after}&limit=200")
        if not answer["items"]:
            return after
        after = answer["next_cursor"]


async def _publish_the_exercise(story: Story) -> dict[str, Any]:
    body = example("exercise")
    shown = {name: body[name] for name in ("measure", "state", "place", "participants", "observation", "also_notify")}
    preview = await story.call("PER", "officer", "POST", "/adjacency/preview", shown)
    told = {item["party"]: item for item in preview["items"]}
    assert set(told) == {"BOL", "BRA", "CHL", "COL", "ECU", "OAS"}
    assert [reason["rule"] for reason in told["CHL"]["reasons"]] == ["land", "maritime"]
    assert all(item["reachable"] for item in told.values())
    notice = await _published(story, "PER", "exercise")
    assert (notice["status"], notice["revision"]) == ("published", 1)
    return notice


async def _neighbours_are_told(
    story: Story, notice: dict[str, Any], secret: str, urls: dict[str, str], before: str
) -> None:
    reference = notice["reference"]
    words = {"bol": "frontera terrestre", "bra": "fronteira", "chl": "frontera", "col": "frontera",
             "ecu": "frontera", "oas": "observar"}  # fmt: skip
    for party, reason in words.items():
        mail = (await story.mails(f"notices@{party}.example", reference))[0]
        assert reason in _plain(mail), f"{party}: {_plain(mail)}"
    assert not [m for m in story.smtp.to("notices@jam.example") if reference in str(m.message["Subject"])]

    await story.hooks("notice.published", reference)
    hook = next(h for h in story.receiver.at("/bolivia") if reference in h.body.decode())
    payload = Webhook(secret).verify(hook.body, dict(hook.headers))
    assert payload["data"]["recipient"]["party"] == "BOL"
    assert payload["data"]["recipient"]["reasons"][0]["rule"] == "land"
    shown = await story.call("BOL", "officer", "GET", f"/notices/{notice['id']}")
    assert payload["data"]["notice"] == shown

    answer = await story.call("BOL", "officer", "GET", f"/events?after={before}")
    assert [e["type"] for e in answer["items"]] == ["notice.published"]
    assert answer["items"][0]["data"]["notice"]["reference"] == reference
    atom = await story.client.get(urls["atom"])
    assert any(reference in entry.title for entry in feedparser.parse(atom.text).entries)
    again = await story.client.get(urls["atom"], headers={"if-none-match": atom.headers["etag"]})
    assert again.status_code == 304
    assert reference in (await story.client.get(urls["json"])).text
    calendar = (await story.client.get(urls["calendar"])).content
    assert itip_findings(calendar) == []
    assert any(reference in str(e["SUMMARY"]) for e in icalendar.Calendar.from_ical(calendar).walk("VEVENT"))
    await story.call("OAS", "officer", "GET", f"/notices/{notice['id']}")


async def _bolivia_acknowledges(story: Story, notice: dict[str, Any]) -> None:
    mail = (await story.mails("notices@bol.example", notice["reference"]))[0]
    link = re.search(r"https?://\S+/acknowledge/\S+", _plain(mail))
    assert link is not None
    page = await story.client.get(link.group())
    assert page.status_code == 200
    assert notice["reference"] in page.text
    done = await _send_form(story, link.group(), page.text, {})
    assert done.status_code in (200, 303)
    second = await story.call("BOL", "officer", "POST", f"/notices/{notice['id']}/acknowledgements",
                              {"revision": 1, "statement": None}, status=200)  # fmt: skip
    assert second["via"] == "link"
    rows = await story.call("PER", "officer", "GET", f"/notices/{notice['id']}/recipients")
    bolivia = next(row for row in rows["items"] if row["party"] == "BOL")
    assert bolivia["acknowledged"]["revision"] == 1
    sent = await story.call("PER", "officer", "GET", f"/notices/{notice['id']}/deliveries")
    by_channel = {(d["party"], d["channel"]): d["status"] for d in sent["items"]}
    assert by_channel["BOL", "webhook"] == "delivered"
    assert by_channel["BOL", "email"] == "handed_over"
    own = await story.call("BOL", "officer", "GET", f"/notices/{notice['id']}/recipients")
    assert [row["party"] for row in own["items"]] == ["BOL"]
    await story.hooks("notice.acknowledged", notice["reference"])


async def _send_form(story: Story, url: str, page: str, fields: dict[str, str]) -> httpx2.Response:
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    return await story.client.post(url, data={"csrf": token.group(1), **fields}, headers={"origin": story.web.url})


async def _an_observer_is_approved(story: Story, notice: dict[str, Any]) -> tuple[str, bytes]:
    made = await story.call("BOL", "observer", "POST", f"/notices/{notice['id']}/attendance",
                            {"remarks": "Spanish speaker"}, status=201)  # fmt: skip
    attendance_id = made["id"]
    assert made["status"] == "requested"
    await story.call("PER", "officer", "POST", f"/attendance/{attendance_id}/approve", {}, status=409)
    await story.call("BOL", "officer", "POST", f"/attendance/{attendance_id}/endorse", {})
    approved = await story.call("PER", "officer", "POST", f"/attendance/{attendance_id}/approve", {})
    assert approved["status"] == "approved"
    await story.call("PER", "officer", "POST", f"/attendance/{attendance_id}/approve", {}, status=409)
    mail = (await story.mails("observer@bol.example", notice["reference"]))[0]
    invitation = _calendar(mail)
    event = _event(invitation)
    assert itip_findings(invitation) == []
    assert _method(mail) == "REQUEST"
    assert event["SEQUENCE"] == 0
    assert event["DTSTART"].dt.isoformat() == "2027-08-19T10:00:00-05:00"
    assert str(event["ATTENDEE"]).lower() == "mailto:observer@bol.example"
    assert str(event["ORGANIZER"]).lower() == f"mailto:{mail['From'].addresses[0].addr_spec}".lower()
    return attendance_id, invitation


async def _she_answers_by_the_link(story: Story, attendance_id: str, invitation: bytes) -> None:
    mail = (await story.mails("observer@bol.example", "PER-2027"))[0]
    link = re.search(r"https?://\S+/answer/[^\s?]+", _plain(mail))
    assert link is not None
    page = await story.client.get(link.group())
    assert page.status_code == 200
    await _send_form(story, link.group(), page.text, {"reply": "accepted"})
    shown = await story.call("PER", "officer", "GET", f"/attendance/{attendance_id}")
    assert shown["reply"] == "accepted"


async def _her_calendar_follows(story: Story, notice: dict[str, Any], attendance_id: str, first: bytes) -> None:
    body, path = example("exercise"), f"/notices/{notice['id']}"
    uid, reference = str(_event(first)["UID"]), notice["reference"]
    observation = json.loads(json.dumps(body["observation"]).replace("2027-08-19", "2027-08-26")
                             .replace("2027-08-20", "2027-08-27").replace("2027-08-21", "2027-08-28"))  # fmt: skip
    period = {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True}
    outside = await story.call("PER", "officer", "POST", f"{path}/amend", {"period": period}, status=422)
    assert any(error["pointer"].startswith("/observation") for error in outside["errors"])
    await story.call("PER", "officer", "POST", f"{path}/amend",
                     {"reason": {"es": "Cambio de fecha"}, "period": period, "observation": observation})  # fmt: skip
    told = (await story.mails("notices@bol.example", f"{reference}, revisión 2"))[0]
    assert "18" in _plain(told)
    assert "25" in _plain(told)
    await story.hooks("notice.amended", reference)
    moved = await _next_calendar(story, reference, 2, "REQUEST")
    assert (str(moved["UID"]), moved["SEQUENCE"]) == (uid, 1)
    assert moved["DTSTART"].dt.isoformat() == "2027-08-26T10:00:00-05:00"
    shown = await story.call("PER", "officer", "GET", f"/attendance/{attendance_id}")
    assert shown["reply"] == "needs-action"

    await story.call("PER", "officer", "POST", f"{path}/postpone", {"reason": {"es": "Mal tiempo"}})
    gone = await _next_calendar(story, reference, 3, "CANCEL")
    assert (str(gone["UID"]), gone["SEQUENCE"], str(gone["STATUS"])) == (uid, 2, "CANCELLED")
    await story.call("PER", "officer", "POST", f"{path}/amend", {"period": period, "observation": observation})
    back = await _next_calendar(story, reference, 4, "REQUEST")
    assert (str(back["UID"]), back["SEQUENCE"]) == (uid, 3)
    await story.call("PER", "officer", "POST", f"{path}/cancel", {"reason": {"es": "Cancelado"}})
    off = await _next_calendar(story, reference, 5, "CANCEL")
    assert (str(off["UID"]), off["SEQUENCE"]) == (uid, 4)
    await story.call("PER", "officer", "POST", f"{path}/cancel", {}, status=409)
    revisions = await story.call("BOL", "officer", "GET", f"{path}/revisions")
    assert [r["step"] for r in revisions["items"]] == ["cancelled", "amended", "postponed", "amended", "published"]
    changed = {c["pointer"] for c in revisions["items"][3]["changes"]}
    assert {"/period/starts", "/period/ends"} <= changed


async def _next_calendar(story: Story, reference: str, count: int, method: str) -> Any:
    mail = (await story.mails("observer@bol.example", reference, count))[count - 1]
    calendar = _calendar(mail)
    assert _method(mail) == method
    assert itip_findings(calendar) == []
    return _event(calendar)


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def _part(mail: EmailMessage) -> EmailMessage:
    return next(part for part in mail.walk() if part.get_content_type() == "text/calendar")


def _calendar(mail: EmailMessage) -> bytes:
    payload = _part(mail).get_payload(decode=True)
    attached = next(part for part in mail.walk() if part.get_filename() == "invite.ics").get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload == attached
    return payload


def _method(mail: EmailMessage) -> str:
    method = str(_part(mail).get_param("method"))
    assert f"METHOD:{method}".encode() in _calendar(mail)
    return method


def _event(calendar: bytes) -> Any:
    [event] = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return event
