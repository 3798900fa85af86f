"""People, neighbouring states, parties, the audit log, operation, and what only a demonstration has."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from notify.accounts import person
from notify.actor import Actor
from notify.audit.tables import audit_lines
from notify.delivery.tables import workers
from notify.delivery.workers import beat
from notify.migrations import migrating
from notify.office import Office
from notify.parties import graph
from notify.settings import Settings
from notify.web.operation_page import settings_shown
from tests.support.people import enrol
from tests.support.premises import Fields, Premises, Window
from tests.support.visiting import words_of


@pytest.fixture
def premises(office_sqlite: Office) -> Premises:
    return Premises(office_sqlite)


@pytest.fixture
async def administrator(premises: Premises) -> Actor:
    return await enrol(premises.office, None, "administrator", name="Node keeper")


@pytest.fixture
async def manager(premises: Premises) -> Actor:
    return await enrol(premises.office, "PER", "manager", name="Marta Torres")


@pytest.fixture
async def officer(premises: Premises) -> Actor:
    return await enrol(premises.office, "PER", "officer", name="Ana Quispe")


# Who may open what


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/people", {"manager", "administrator"}),
        ("/people/invite", {"manager", "administrator"}),
        ("/parties", {"administrator"}),
        ("/operation", {"administrator"}),
        ("/audit", {"auditor"}),
        ("/neighbours", {"officer", "manager", "observer", "auditor", "administrator"}),
        ("/neighbours/versions", {"officer", "manager", "observer", "auditor", "administrator"}),
        ("/neighbours/edge", {"administrator"}),
        ("/neighbours/import", {"administrator"}),
    ],
)
async def test_pages_open_for_their_roles_alone(premises: Premises, path: str, roles: set[str]) -> None:
    for role in ("officer", "manager", "observer", "auditor", "administrator"):
        party = None if role in ("auditor", "administrator") else "PER"
        who = await enrol(premises.office, party, role)
        async with premises.window(who) as window:
            assert (await window.client.get(path)).status_code == (200 if role in roles else 403), role


# People


async def roles_of(premises: Premises, who: Actor) -> set[str]:
    async with premises.office.database.read() as connection:
        found = await person.get(connection, who.person_id or "")
    assert found is not None
    return set(found.roles)


async def test_a_manager_sees_and_manages_her_party_alone(
    premises: Premises, manager: Actor, officer: Actor, administrator: Actor
) -> None:
    stranger = await enrol(premises.office, "BOL", "officer", name="Luis Flores")
    words = await premises.words(manager, "/people")
    assert "Ana Quispe" in words and "Luis Flores" not in words and "Node keeper" not in words
    async with premises.window(manager) as window:
        for other in (stranger, administrator):
            url = f"/people/{other.person_id}"
            await window.words(url, 404)
            for act in ("roles", "reset", "disable", "enable"):
                assert (await window.send(f"{url}/{act}", "/people", {"roles": "officer"})).status_code == 404, act
    node = await premises.words(administrator, "/people")
    assert "Node keeper" in node and "Marta Torres" in node and "Ana Quispe" not in node


async def test_an_invitation_names_every_fault_and_keeps_what_was_typed(premises: Premises, manager: Actor) -> None:
    fields: Fields = {"name": "", "email": "nowhere", "language": "es", "function": "Signals", "roles": ["auditor"]}
    async with premises.window(manager) as window:
        answer = await window.send("/people/invite", "/people/invite", fields)
        assert answer.status_code == 422
        words = words_of(answer.text)
        for fault in (
            "Write the person's name.",
            "Write a mail address such as",
            "Choose only roles that you may give",
        ):
            assert fault in words
        assert 'value="Signals"' in answer.text
        taken: Fields = {"name": "Twin", "email": await premises.address(manager), "language": "es", "roles": "officer"}
        assert "There is an account with this address already." in await window.refused(
            "/people/invite", "/people/invite", taken
        )
    assert await premises.letters("invite") == []


async def test_an_administrator_invites_managers_and_the_nodes_own(premises: Premises, administrator: Actor) -> None:
    fields: Fields = {"name": "Luz", "email": "luz@bol.example", "language": "es", "party": "BOL", "roles": "manager"}
    async with premises.window(administrator) as window:
        await window.do("/people/invite", "/people/invite", fields)
        words = await window.do(
            "/people/invite", "/people/invite",
            {"name": "Eva", "email": "eva@node.example", "language": "en", "party": "node", "roles": "auditor"},
        )  # fmt: skip
        assert "BOL Bolivia" in words and "luz@bol.example" in words and "The node itself" in words
        bad = {**fields, "email": "x@bol.example", "roles": "officer"}
        assert "Choose only roles that you may give: manager." in await window.refused(
            "/people/invite", "/people/invite", bad
        )
    assert [facts["party"] for _, facts in await premises.letters("invite")] == ["BOL", None]


async def test_access_is_taken_and_given_back(premises: Premises, manager: Actor, officer: Actor) -> None:
    url = f"/people/{officer.person_id}"
    async with premises.window(officer) as theirs, premises.window(manager) as window:
        await theirs.words("/account")
        assert "The account is disabled" in await window.do(f"{url}/disable", url)
        assert (await theirs.client.get("/account")).status_code == 303
        assert "This account is disabled already." in await window.refused(f"{url}/disable", url, status=409)
        assert "This account is disabled. Enable it first." in await window.refused(f"{url}/reset", url, status=409)
        assert "The account is enabled again" in await window.do(f"{url}/enable", url)
        mine = f"/people/{manager.person_id}"
        assert "/disable" not in await window.html(mine)
        assert "You cannot disable your own account." in await window.refused(f"{mine}/disable", mine, status=409)


async def test_roles_change_but_the_last_manager_stays(premises: Premises, manager: Actor, officer: Actor) -> None:
    async with premises.window(manager) as window:
        url = f"/people/{officer.person_id}"
        await window.do(f"{url}/roles", url, {"roles": ["officer", "observer"]})
        assert await roles_of(premises, officer) == {"officer", "observer"}
        assert "Choose at least one role." in await window.refused(f"{url}/roles", url)
        assert "Choose only roles that you may give" in await window.refused(
            f"{url}/roles", url, {"roles": ["administrator"]}
        )
        mine = f"/people/{manager.person_id}"
        words = await window.refused(f"{mine}/roles", mine, {"roles": "officer"}, 409)
    assert "This is the party's last manager." in words
    assert await roles_of(premises, manager) == {"manager"}


async def test_an_administrator_leaves_the_roles_that_are_not_hers_to_give(
    premises: Premises, administrator: Actor
) -> None:
    both = await enrol(premises.office, "PER", "manager", "officer")
    await enrol(premises.office, "PER", "manager")
    url = f"/people/{both.person_id}"
    async with premises.window(administrator) as window:
        assert 'value="officer"' not in await window.html(url)
        assert (await window.send(f"{url}/roles", url)).status_code == 303
    assert await roles_of(premises, both) == {"officer"}


async def test_a_link_for_a_new_password_is_sent(premises: Premises, manager: Actor, officer: Actor) -> None:
    await premises.set_password(officer, "seven llamas on a wall")
    url = f"/people/{officer.person_id}"
    async with premises.window(manager) as window:
        assert "A mail with a link is on its way." in await window.do(f"{url}/reset", url)
    assert [to for to, _ in await premises.letters("reset")] == [await premises.address(officer)]


# Neighbouring states


async def version(premises: Premises) -> int:
    async with premises.office.database.read() as connection:
        return (await graph.current(connection)).version


async def test_the_neighbours_of_a_state_and_who_would_be_told(premises: Premises, officer: Actor) -> None:
    words = await premises.words(officer, "/neighbours")
    assert "When Peru posts" in words and "5 states are told as neighbours" in words
    assert "Neighbouring state of Peru: land border, adjoining waters" in words
    assert "BOL Bolivia no channel" in words  # of its own neighbours a state knows whom it does not reach
    brazil = await premises.words(officer, "/neighbours?state=BRA")
    assert "When Brazil posts" in brazil and "no channel" not in brazil
    assert "French Guiana administered by France, which is not told" in brazil
    every = await premises.words(officer, "/neighbours?state=")
    assert "Who would be told?" in every and "HTI Haiti" in every
    assert "Add a pair" not in every


async def test_the_map_is_in_the_readers_language_and_kept(premises: Premises, officer: Actor) -> None:
    async with premises.window(officer) as window:
        html = await window.html("/neighbours?state=BRA&lang=es")
        source = re.search(r'<img src="(/neighbours/map\.svg[^"]+)"', html)
        assert source is not None and 'alt="' in html
        answer = await window.client.get(source[1].replace("&amp;", "&"))
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "max-age" in answer.headers["cache-control"] and "private" in answer.headers["cache-control"]
        assert ">Brasil<" in answer.text and "<script" not in answer.text
        small = await window.client.get("/neighbours/map.svg?state=BRA&size=small")
        assert 'width="360"' in small.text or 'viewBox="0 0 360 480"' in small.text
    async with premises.window() as stranger:
        assert (await stranger.client.get("/neighbours/map.svg")).status_code == 303


async def test_a_pair_is_added_altered_and_removed(premises: Premises, administrator: Actor, officer: Actor) -> None:
    before = await version(premises)
    new: Fields = {"step": "add", "a": "PER", "b": "JAM", "kind": "maritime", "confidence": "low", "reason": "Survey",
                   "based_on": str(before)}  # fmt: skip
    async with premises.window(administrator) as window:
        words = await window.do("/neighbours/edge", "/neighbours/edge", new)
        assert f"Version {before + 1} is in force. 2 states are told of it." in words
        assert [to for to, _ in await premises.letters("adjacency_changed")] == [await premises.address(officer)]
        url = "/neighbours/edge?a=JAM&b=PER&kind=maritime"
        assert "Jamaica – Peru, adjoining waters" in await window.words(url)
        same = {"a": "JAM", "b": "PER", "kind": "maritime", "reason": "Again"}
        altered = {**same, "confidence": "high", "based_on": str(before + 1)}
        assert f"Version {before + 2} is in force." in await window.do("/neighbours/edge", url, altered)
        nothing = {**altered, "based_on": str(before + 2)}
        assert "nothing was changed" in await window.do("/neighbours/edge", url, nothing)
        gone = {**nothing, "step": "remove"}
        assert f"Version {before + 3} is in force. 2 states" in await window.do("/neighbours/edge", url, gone)
        history = await window.words("/neighbours/versions")
        assert "Survey" in history and "Node keeper" in history
        assert "JAM,PER,maritime,low" in await window.html(f"/neighbours.csv?version={before + 1}")
        assert "JAM,PER" not in await window.html("/neighbours.csv")
        await window.words("/neighbours.csv?version=99", 404)
    assert "Node keeper" not in await premises.words(officer, "/neighbours/versions")


async def test_a_pair_is_refused_beside_its_fields(premises: Premises, administrator: Actor) -> None:
    before = await version(premises)
    blank: Fields = {"step": "add", "based_on": str(before)}
    twice: Fields = {"step": "add", "a": "PER", "b": "BOL", "kind": "land", "confidence": "high", "reason": "x",
                     "based_on": str(before)}  # fmt: skip
    async with premises.window(administrator) as window:
        answer = await window.send("/neighbours/edge", "/neighbours/edge", blank)
        assert answer.status_code == 422
        for name in ("a", "b", "kind", "confidence", "reason"):
            assert f'id="{name}-error"' in answer.text, name
        assert "given twice as land" in await window.refused("/neighbours/edge", "/neighbours/edge", twice)
        stale = {**twice, "b": "JAM", "based_on": str(before - 1)}
        words = await window.refused("/neighbours/edge", "/neighbours/edge", stale, 412)
    assert "has changed since you read it" in words
    assert await version(premises) == before


async def import_of(window: Window, content: str, **fields: str) -> str:
    files = {"file": ("table.csv", content.encode(), "text/csv")}
    answer = await window.send("/neighbours/import", "/neighbours/import", fields, files)
    return words_of(answer.text) if answer.status_code != 303 else await window.words(answer.headers["location"])


async def test_a_file_is_looked_at_before_it_is_applied(premises: Premises, administrator: Actor) -> None:
    before = await version(premises)
    async with premises.window(administrator) as window:
        table = await window.html("/neighbours.csv")
        lines = [line for line in table.splitlines() if not line.startswith("BOL,PER,land")]
        content = "\n".join([*lines, "JAM,PER,maritime,medium,,"]) + "\n"
        words = await import_of(window, content)
        assert "New: JAM – PER, adjoining waters" in words and "Removed: BOL – PER, land border" in words
        assert (
            "BOL and PER have a land border, and it is missing." in words and "Nothing has been changed yet." in words
        )
        assert await version(premises) == before
        apply = {"step": "apply", "content": content, "based_on": str(before)}
        assert "Say why the table changes" in await window.refused("/neighbours/import", "/neighbours/import", apply)
        done = await window.do("/neighbours/import", "/neighbours/import", {**apply, "reason": "Yearly review"})
        assert f"Version {before + 1} is in force. 3 states are told of it." in done


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("a,b,kind,confidence\nPER,ZZZ,land,high\n", "Line 2: “ZZZ” is not a state of this system"),
        ("a,b,kind,confidence\nPER,PER,land,high\n", "A state is not its own neighbour"),
        ("x,y\n1,2\n", "Line 1 names the columns"),
        ("", "Choose a file."),
    ],
)
async def test_a_bad_file_changes_nothing(premises: Premises, administrator: Actor, content: str, fault: str) -> None:
    before = await version(premises)
    async with premises.window(administrator) as window:
        if content:
            assert fault in await import_of(window, content, step="apply", reason="x", based_on=str(before))
        else:
            assert fault in await window.refused("/neighbours/import", "/neighbours/import")
    assert await version(premises) == before


async def test_a_file_that_is_no_text_is_refused(premises: Premises, administrator: Actor) -> None:
    async with premises.window(administrator) as window:
        files = {"file": ("table.xlsx", b"PK\x03\x04\xff\xfe", "application/zip")}
        answer = await window.send("/neighbours/import", "/neighbours/import", {}, files)
    assert answer.status_code == 422 and "The file is not text in UTF-8." in words_of(answer.text)


# Parties, the audit log, operation


async def test_parties_and_groups(premises: Premises, administrator: Actor) -> None:
    words = await premises.words(administrator, "/parties")
    assert "NIC Nicaragua" in words and "Withdrawn from the OAS" in words and "None that works" in words
    assert "group:CARICOM" in words and "33 states" in words


async def test_the_audit_log_is_verified_and_names_who_acted(premises: Premises, officer: Actor) -> None:
    auditor = await enrol(premises.office, None, "auditor", name="Iris Audit")
    async with premises.window(officer) as theirs:
        await theirs.do("/account/language", "/account", {"language": "pt"})
    async with premises.window(auditor) as window:
        words = await window.words("/audit")
        assert "Verified to line 2" in words and "Every line is there, unchanged and in order." in words
        assert "Chose a language person.language PER Ana Quispe" in words and "language: pt" in words
        assert "Verified to line 2" in words_of((await window.send("/audit/verify", "/audit")).text)


async def test_a_changed_line_is_named(premises: Premises, officer: Actor) -> None:
    auditor = await enrol(premises.office, None, "auditor")
    async with premises.window(officer), premises.window(auditor) as window:
        async with migrating(premises.office.database) as connection:  # the guards stand aside
            changed = sa.update(audit_lines).where(audit_lines.c.position == 0).values(act="notice.publish")
            await connection.execute(changed)
        words = await window.words("/audit")
    assert "The log was changed Line 0 was changed or moved." in words
    assert "Verified" not in words


@pytest.mark.slow
async def test_the_audit_log_in_pages(premises: Premises, officer: Actor) -> None:
    auditor = await enrol(premises.office, None, "auditor")
    async with premises.window(officer) as theirs:
        for language in ("pt", "fr", "es", "en") * 14:
            await theirs.send("/account/language", "/account", {"language": language})
    async with premises.window(auditor) as window:
        first = await window.html("/audit")
        older = re.search(r'href="(/audit\?before=\d+)"', first)
        assert older is not None and "Previous page" not in first
        second = await window.html(older[1])
        assert "Lines 7 to 0, newest first" in words_of(second) and 'rel="prev"' in second
        assert "No lines" in await window.words("/audit?before=0")
        assert "Lines" in await window.words("/audit?before=x")


async def test_operation_shows_the_node_and_no_secret(premises: Premises, administrator: Actor) -> None:
    words = await premises.words(administrator, "/operation")
    assert "No worker is running." in words and "No worker has given a sign of life" in words
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    async with premises.office.database.write() as connection:
        row = {"id": "worker-1", "kind": "worker", "started_at": long_ago, "seen_at": long_ago}
        await connection.execute(sa.insert(workers).values(row))
        await beat(connection, "worker-2", "inside", long_ago)
        await connection.execute(sa.insert(workers).values(row | {"id": "worker-3"}))
    words = await premises.words(administrator, "/operation")
    assert "a process of its own worker-3 Silent" in words
    assert "inside the web process worker-2 Running" in words and "worker-1" not in words
    assert "NOTIFY_BASE_URL" in words and premises.office.settings.secret_key not in words


def test_settings_are_shown_without_passwords() -> None:
    settings = Settings(
        database_url="postgresql+asyncpg://notify:hidden-1@db.example/notify",
        redis_url="redis://:hidden-2@cache.example:6379/0",
        smtp_url="smtp://mailer:hidden-3@mail.example:587?starttls=1",
        secret_key="hidden-4 and long enough to be a key",
    )
    shown = " ".join(f"{name}={value}" for name, value in settings_shown(settings))
    assert "hidden" not in shown
    assert "db.example" in shown and "cache.example" in shown and "mail.example:587" in shown
