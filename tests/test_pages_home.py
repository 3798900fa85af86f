"""The start page, the inbox, our notices, and acknowledging a notice: on the page and by the link of a mail."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from notify.actor import COMMAND
from notify.delivery.expansion import expand
from notify.delivery.news_mail import acknowledge_token
from notify.notices import acknowledgements, drafts, lifecycle
from notify.notices.tables import acknowledgements as receipts
from notify.observers import decisions, requests
from notify.observers.requests import Observer
from notify.office import Office
from tests.support.clock import Clock
from tests.support.notices import days, example
from tests.support.pages import Page
from tests.support.people import enrol
from tests.support.visiting import Story, words_of

SOON = days("2027-02-01", "2027-02-06")


@pytest.fixture
async def story(office_sqlite: Office) -> Story:
    return await Story.begin(office_sqlite)


async def receipts_in(office: Office) -> list[tuple[str, int, str]]:
    async with office.database.read() as connection:
        rows = await connection.execute(sa.select(receipts.c.party, receipts.c.revision, receipts.c.via))
        return [(party, revision, via) for party, revision, via in rows]


# Home


async def test_home_leads_who_has_no_work_there_to_where_it_is(story: Story) -> None:
    for who, place in (
        (None, "/signin"),
        (await enrol(story.office, None, "auditor"), "/notices"),
        (await enrol(story.office, None, "administrator"), "/neighbours"),
    ):
        async with story.town.visit(who) as browser:
            answer = await browser.client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_home_says_what_is_to_be_acknowledged_and_what_changed(story: Story) -> None:
    assert "Nothing waits for you" in await story.words(story.bolivia, "/")
    notice = await story.publish()
    page = await story.words(story.bolivia, "/")
    assert "1 notice not acknowledged." in page
    assert "PER-2027-M4-001 Peru, new In force PUMA: national mountain brigade exercise" in page
    assert "From 18 to 29 August 2027, Mazocruz, Puno. It invites observers: reply by 20 July." in page
    async with story.office.act(story.bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    assert "Nothing waits for you" in await story.words(story.bolivia, "/")
    async with story.office.act(story.peru) as act:
        moved = {"period": days("2027-08-16", "2027-08-29"), "participants": [{"state": "PER", "personnel": 9}]}
        await lifecycle.amend(act, notice.id, moved, None)
    page = await story.words(story.bolivia, "/")
    assert "The start moved from 18 August to 16 August. Changed: the personnel." in page
    assert "Bolivia acknowledged revision 1 on 11 January." in page
    assert "Ecuador" not in await story.html(story.bolivia, "/")


async def test_home_of_the_poster(story: Story) -> None:
    notice = await story.publish(example("exercise", period=SOON, observation__period=None,
                                         observation__arrival=None, observation__programme=[],
                                         observation__reply_by="2027-01-20"))  # fmt: skip
    async with story.office.act(story.peru) as act:
        await drafts.create(act, {"measure": 4, "state": "PER", "title": {"en": "A draft"}, "period": SOON})
        later = {"measure": 4, "state": "PER", "title": {"en": "Later"}, "period": days("2027-09-01", "2027-09-02")}
        await drafts.create(act, later)
    async with story.office.act(story.bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
        for name in ("Rojas", "Arce"):
            await requests.nominate(act, notice.id, Observer(name, f"{name}@bol.example", "es"))
    page = await story.words(story.peru, "/")
    assert "2 observers to decide on" in page
    assert "Bolivia proposes 2 people 12 of 12 seats are free." in page and "Closes in 9 days" in page
    assert "1 of 6 acknowledged" in page
    assert "A draft Saved today, 10:00 Fewer than 42 days are left" in page
    assert "Later Saved today, 10:00 Publish it by 21 Jul to keep 42 days" in page
    unreached = "Brazil, Chile, Colombia, Ecuador and Organization of American States have not received revision 1"
    assert unreached not in page, "whom it is sent to is not known before the worker has looked"
    async with story.office.act(COMMAND) as act:
        await expand(act)
    page = await story.words(story.peru, "/")
    assert unreached in page
    assert "have no channel that works" in page
    assert "1 – 6 Feb PUMA Peru, Mazocruz, Puno. Exercise with live fire. Ours." in page


async def test_home_of_a_party_without_a_channel_says_so(story: Story) -> None:
    assert "No official channel of Jamaica works" in await story.words(story.jamaica, "/")


async def test_home_of_a_manager_offers_no_act_of_an_officer(story: Story) -> None:
    await story.publish()
    html = await story.html(await enrol(story.office, "BOL", "manager"), "/")
    assert "PUMA" in html and "/acknowledge" not in html


async def test_home_of_an_observer(story: Story) -> None:
    observer = await enrol(story.office, "BOL", "observer")
    assert "No event yet" in await story.words(observer, "/")
    notice = await story.publish()
    assert "Notices that invite Bolivia PER-2027-M4-001" in await story.words(observer, "/")
    async with story.office.act(observer) as act:
        row = await requests.request(act, notice.id)
    assert "Requests on their way" in await story.words(observer, "/")
    async with story.office.act(story.bolivia) as act:
        await decisions.endorse(act, row["id"])
    async with story.office.act(story.peru) as act:
        await decisions.approve(act, row["id"])
    page = await story.words(observer, "/")
    assert "1 invitation to answer" in page and "Peru has approved your attendance." in page
    async with story.office.act(story.peru) as act:
        await lifecycle.postpone(act, notice.id, None)
    page = await story.words(observer, "/")
    assert "invitation to answer" not in page and "Next events" in page and "Postponed" in page
    async with story.office.act(story.peru) as act:
        await lifecycle.cancel(act, notice.id, None)
    page = await story.words(observer, "/")
    assert "Next events" not in page and "invitation to answer" not in page


async def test_the_map_of_home_has_the_numbers_of_its_list(story: Story) -> None:
    await story.publish(example("exercise", period=SOON, observation=None))
    drawn = await story.html(story.bolivia, "/home/map.svg?lang=es")
    assert ">1</text>" in drawn and "BOLIVIA" in drawn
    assert ">1</text>" not in await story.html(story.jamaica, "/home/map.svg")
    await story.html(await enrol(story.office, None, "auditor"), "/home/map.svg", 404)


# Lists


async def test_the_inbox_is_narrowed_by_what_its_address_says(story: Story) -> None:
    await story.publish()
    await story.publish(example("exercise", test=True, title={"en": "A drill"}))
    mexico = await enrol(story.office, "MEX", "officer")
    await story.publish(example("visit"), mexico)
    inbox = await story.words(story.bolivia, "/inbox")
    assert inbox.index("MEX-2027-M5-001") < inbox.index("PER-2027-T-001") < inbox.index("PER-2027-M4-001")
    assert "Test In force A drill" in inbox
    assert "Neighbouring state of Peru: land border." in inbox
    for query, found in (
        ("measure=5", {"MEX-2027-M5-001"}),
        ("q=brigada", {"PER-2027-M4-001", "PER-2027-T-001"}),
        ("state=MEX&measure=4", set()),
        ("to=2027-04-01", {"MEX-2027-M5-001"}),
        ("status=cancelled", set()),
    ):
        page = await story.words(story.bolivia, f"/inbox?{query}")
        shown = {one for one in ("MEX-2027-M5-001", "PER-2027-M4-001", "PER-2027-T-001") if one in page}
        assert shown == found, query
        assert found or "No notice fits" in page
    assert "Give a date such as 2027-08-18." in await story.words(story.bolivia, "/inbox?from=x", 422)


@pytest.mark.slow
async def test_the_inbox_can_hold_what_is_not_acknowledged_alone(story: Story) -> None:
    first, second = await story.publish(), await story.publish(example("exercise", title={"en": "Another"}))
    async with story.office.act(story.bolivia) as act:
        await acknowledgements.acknowledge(act, first.id, 1)
    assert str(first.reference) in await story.words(story.bolivia, "/inbox")
    page = await story.words(story.bolivia, "/inbox?unacknowledged=yes")
    assert str(second.reference) in page and str(first.reference) not in page


@pytest.mark.slow
async def test_the_inbox_goes_on_after_25(story: Story, clock: Clock) -> None:
    for _ in range(26):
        clock.advance(minutes=1)
        await story.publish(example("exercise", observation=None))
    async with story.town.visit(story.bolivia) as browser:
        first = await browser.raw("/inbox?q=puma")
        assert first.count('class="n-item"') == 25 and "PER-2027-M4-001" not in first
        more = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        second = await browser.raw(f"/inbox{more}")
    assert "q=puma" in more
    assert second.count('class="n-item"') == 1 and "PER-2027-M4-001" in second
    await story.words(story.bolivia, "/inbox?cursor=x", 422)


async def test_jamaica_finds_no_trace_in_any_list(story: Story) -> None:
    before = [await story.words(story.jamaica, path) for path in ("/", "/inbox", "/inbox?scope=all", "/notices")]
    await story.publish()
    after = [await story.words(story.jamaica, path) for path in ("/", "/inbox", "/inbox?scope=all", "/notices")]
    assert after == before


async def test_what_may_be_read_without_being_told_is_asked_for(story: Story) -> None:
    await story.publish(example("exercise", visibility="public"))
    assert "No notice has come yet" in await story.words(story.jamaica, "/inbox")
    page = await story.words(story.jamaica, "/inbox?scope=all")
    assert "PER-2027-M4-001" in page and "Not told; readable for the public." in page


async def test_our_notices_by_where_they_stand(story: Story, clock: Clock) -> None:
    await story.publish(example("exercise", period=SOON, observation=None, title={"en": "Winter"}))
    await story.publish()
    async with story.office.act(story.peru) as act:
        await drafts.create(act, {"measure": 4, "state": "PER", "title": {"en": "Sketch"}})
    clock.advance(days=40)
    page = await story.words(story.peru, "/notices")
    order = ("Drafts", "Sketch", "In course", "PUMA", "Past", "Winter")
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert "0 of 6 acknowledged" in page
    assert "Sketch" in await story.words(await enrol(story.office, None, "auditor"), "/notices")
    assert "No notice yet" in await story.words(story.bolivia, "/notices")
    async with story.town.visit(await enrol(story.office, "OAS", "officer")) as browser:
        assert (await browser.client.get("/notices")).headers["location"] == "/inbox"
    await story.words(await enrol(story.office, None, "administrator"), "/notices", 404)


# Acknowledging


async def test_one_click_acknowledges_and_says_who_sees_it(story: Story) -> None:
    notice = await story.publish()
    other = await story.publish(example("exercise", period=SOON, observation=None))
    async with story.town.visit(story.bolivia) as browser:
        answer = await browser.post(f"/notices/{notice.id}/acknowledge", "/", revision="1", next="/inbox")
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        said = await browser.raw("/inbox")
        words = "Bolivia acknowledged PER-2027-M4-001, revision 1. Peru sees it since 11:00."
        assert words in words_of(said) and f'<a href="/notices/{other.id}">Next notice' in said
        again = await browser.post(f"/notices/{notice.id}/acknowledge", "/", revision="1", next="https://evil.example/")
        assert again.headers["location"] == f"/notices/{notice.id}"
        assert "already. Peru sees it since 11 January." in await browser.get(f"/notices/{notice.id}")
    assert await receipts_in(story.office) == [("BOL", 1, "page")]


async def test_a_statement_goes_with_the_receipt_and_is_not_lost_when_refused(story: Story) -> None:
    notice = await story.publish()
    here = f"/notices/{notice.id}"
    async with story.town.visit(story.bolivia) as browser:
        refused = await browser.post(f"{here}/acknowledge", here, revision="1", **{"statement-en": "x" * 20_001})
        assert refused.status_code == 422
        assert "x" * 20_001 in refused.text and "govuk-error-message" in refused.text
        assert not await receipts_in(story.office)
        taken = await browser.post(f"{here}/acknowledge", here, revision="1", **{"statement-en": "We take note."})
        assert taken.status_code == 303
    assert "“We take note.”" in await story.words(story.peru, here)


async def test_only_an_officer_who_was_told_acknowledges(story: Story) -> None:
    notice = await story.publish(example("exercise", visibility="public"))
    manager = await enrol(story.office, "BOL", "manager")
    for who, status in ((manager, 403), (story.jamaica, 403), (story.peru, 403)):
        async with story.town.visit(who) as browser:
            answer = await browser.post(f"/notices/{notice.id}/acknowledge", "/", revision="1")
        assert answer.status_code == status
    async with story.town.visit(story.bolivia) as browser:
        answer = await browser.post(f"/notices/{notice.id}/acknowledge", "/", revision="2")
        assert answer.status_code == 422 and "There is no such revision." in words_of(answer.text)
    assert not await receipts_in(story.office)


async def test_a_forged_form_acknowledges_nothing(story: Story) -> None:
    notice = await story.publish()
    where = f"/notices/{notice.id}/acknowledge"
    async with story.town.visit(story.bolivia) as browser:
        await browser.raw("/")
        assert (await browser.post(where, "/", revision="1", csrf="x.y")).status_code == 403
        forged = await browser.client.post(where, data={"revision": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert forged.status_code == 403
        assert (await browser.client.get(where)).status_code == 405
    assert not await receipts_in(story.office)


async def test_the_link_of_a_mail_acknowledges_without_signing_in(story: Story) -> None:
    notice = await story.publish()
    link = f"/acknowledge/{acknowledge_token(story.office, notice.id, 1, 'BOL')}"
    async with story.town.visit() as browser:
        html = await browser.raw(link)
        page = words_of(html)
        assert "Acknowledge receipt of PER-2027-M4-001" in page and "On behalf of BOL Bolivia" in page
        assert not await receipts_in(story.office)
        assert (await browser.client.post(link, data={})).status_code == 403
        for _ in range(2):
            assert (await browser.post(link, link, csrf=Page(html).csrf)).status_code == 303
            page = await browser.get(link)
            assert "Bolivia acknowledged this revision on" in page
        assert "Ecuador" not in page
    assert await receipts_in(story.office) == [("BOL", 1, "link")]
    assert "Bolivia acknowledged revision 1." in await story.words(story.peru, f"/notices/{notice.id}")


async def test_a_link_that_we_did_not_make_opens_nothing(story: Story) -> None:
    notice = await story.publish()
    made = acknowledge_token(story.office, notice.id, 1, "BOL")
    mac = made.rpartition(".")[2]
    async with story.town.visit() as browser:
        for forged in (f"{notice.id}:1:CHL.{mac}", f"{notice.id}:2:BOL.{mac}", f"{made}x", "x", "x:1:BOL.y", mac):
            assert (await browser.client.get(f"/acknowledge/{forged}")).status_code == 404, forged


async def test_a_link_of_an_older_revision_says_that_there_is_a_newer(story: Story) -> None:
    notice = await story.publish()
    async with story.office.act(story.peru) as act:
        await lifecycle.postpone(act, notice.id, None)
    link = f"/acknowledge/{acknowledge_token(story.office, notice.id, 1, 'BOL')}"
    assert "Meanwhile there is revision 2." in await story.words(None, link)
