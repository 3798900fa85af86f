"""The audit log: a line for each act, hashed as RFC 9162 says; whatever is changed, dropped or moved is found."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
import rfc8785
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import COMMAND, WORKER, Actor
from notify.audit import merkle
from notify.audit.lines import Entry, append, append_all
from notify.audit.reading import page
from notify.audit.tables import audit_head, audit_lines
from notify.audit.verify import BATCH, Finding, verify
from notify.ids import new_id
from notify.migrations import guards
from notify.office import Office

OFFICER = Actor("person", "page", person_id=new_id(), party="PER", name="Capitán Quispe")

# The hashing


def test_the_roots_are_those_of_certificate_transparency() -> None:
    # The test vectors of Certificate Transparency's own tree, which RFC 6962 and RFC 9162 hash alike.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    for size, wanted in enumerate(roots, start=1):
        assert merkle.root(merkle.frontier_of([bytes.fromhex(leaf) for leaf in leaves[:size]])) == wanted


def tree_hash(leaves: Sequence[bytes]) -> str:
    """RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).hexdigest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    children = bytes.fromhex(tree_hash(leaves[:split])) + bytes.fromhex(tree_hash(leaves[split:]))
    return hashlib.sha256(b"\x01" + children).hexdigest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_tree_grown_leaf_by_leaf_has_the_root_of_the_whole(leaves: list[bytes]) -> None:
    assert merkle.root(merkle.frontier_of(leaves)) == tree_hash(leaves)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_each_hash_of_a_frontier_stands_for_its_span_of_leaves(leaves: list[bytes]) -> None:
    frontier, spans = merkle.frontier_of(leaves), merkle.spans(len(leaves))

    assert [tree_hash(leaves[first : last + 1]) for first, last in spans] == list(frontier)


# Writing


async def test_a_line_says_who_did_what_to_what_and_when(office: Office) -> None:
    program = Actor("token", "api", person_id=new_id(), party="BOL", token_id=new_id(), name="Ana Rojas")
    async with office.act(program) as act:
        position = await append(act, "notice.acknowledge", "notice", "n-1", revision=2, verb="a fact may have any name")

    async with office.database.read() as connection:
        row = (await connection.execute(sa.select(audit_lines))).one()
        line = (await page(connection, None, 10))[0]
    assert json.loads(row.leaf) == {
        "position": 0,
        "at": "2027-01-11T15:00:00.000000Z",
        "act": "notice.acknowledge",
        "actor": {"kind": "token", "id": program.person_id, "token": program.token_id},
        "party": "BOL",
        "object": {"kind": "notice", "id": "n-1"},
        "facts": {"revision": 2, "verb": "a fact may have any name"},
    }
    assert row.leaf.encode() == rfc8785.dumps(json.loads(row.leaf))
    assert "Ana Rojas" not in row.leaf
    assert (line.position, line.token_id, line.facts["revision"]) == (position, program.token_id, 2)


async def test_the_worker_is_named_by_its_kind_alone(office: Office) -> None:
    async with office.act(WORKER) as act:
        await append(act, "subscription.disable", "subscription", "s-1")

    async with office.database.read() as connection:
        leaf = json.loads((await connection.execute(sa.select(audit_lines.c.leaf))).scalar_one())
    assert leaf["actor"] == {"kind": "worker"}
    assert "party" not in leaf


async def test_an_act_that_fails_leaves_no_line(office: Office) -> None:
    async def fail_after_writing() -> None:
        async with office.act(OFFICER) as act:
            await append(act, "notice.publish", "notice", "n-9")
            raise RuntimeError("changed my mind")

    await write_lines(office, 1)
    with pytest.raises(RuntimeError, match="changed my mind"):
        await fail_after_writing()

    assert (await check(office)).size == 1


async def test_lines_written_together_are_as_lines_written_one_by_one(office: Office) -> None:
    async with office.act(OFFICER) as act:
        first = await append(act, "notice.draft", "notice", "n-0", n=0)
        second = await append_all(act, [Entry("notice.draft", "notice", f"n-{n}", {"n": n}) for n in (1, 2)])
        third = await append(act, "notice.draft", "notice", "n-3", n=3)

    assert (first, second, third) == (0, 1, 3)
    async with office.database.read() as connection:
        leaves = (await connection.scalars(sa.select(audit_lines.c.leaf).order_by(audit_lines.c.position))).all()
    assert [json.loads(leaf)["facts"]["n"] for leaf in leaves] == [0, 1, 2, 3]
    assert (await check(office)).root == tree_hash([leaf.encode() for leaf in leaves])


async def test_two_processes_write_one_log_without_a_fork(office: Office, other_office: Office) -> None:
    # From the very first line on, when the head is not there yet.
    async def write(through: Office, n: int) -> int:
        async with through.act(OFFICER) as act:
            return await append(act, "notice.draft", "notice", f"n-{n}")

    positions = await asyncio.gather(*(write((office, other_office)[n % 2], n) for n in range(40)))

    assert sorted(positions) == list(range(40))
    assert (await check(office)).ok
    assert (await check(office)).size == 40


async def test_a_page_is_the_newest_lines_before_a_position(office: Office) -> None:
    await write_lines(office, 7)

    async with office.database.read() as connection:
        newest = await page(connection, None, 3)
        next_ = await page(connection, newest[-1].position, 3)
        last = await page(connection, next_[-1].position, 3)
    assert [[line.position for line in lines] for lines in (newest, next_, last)] == [[6, 5, 4], [3, 2, 1], [0]]
    assert newest[0].actor_id == OFFICER.person_id
    assert newest[0].object_id == "n-6"


# Checking


@pytest.mark.parametrize("lines", [0, 1, 2, 3, 8, 11])
async def test_a_log_that_nobody_touched_is_found_whole(office: Office, lines: int) -> None:
    await write_lines(office, lines)

    finding = await check(office)

    assert finding.ok
    assert (finding.size, finding.first_bad) == (lines, None)


async def rewrite_leaf(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(leaf=sa.func.replace(audit_lines.c.leaf, "n-4", "n-5")))


async def rewrite_fact(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(leaf=sa.func.replace(audit_lines.c.leaf, '"n":4', '"n":99')))


async def rewrite_hash(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(leaf_hash=merkle.leaf_hash(b"another")))


async def rewrite_leaf_and_hash(connection: AsyncConnection) -> None:
    leaf = await leaf_of(connection, 4)
    leaf["facts"]["n"] = 99
    await put(connection, 4, leaf)


async def rewrite_actor_column(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(actor_id=new_id()))


async def rewrite_party_column(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(party="BOL"))


async def rewrite_object_column(connection: AsyncConnection) -> None:
    await connection.execute(line(4).values(object_id="n-5"))


async def rewrite_time_column(connection: AsyncConnection) -> None:
    later = (await connection.scalars(sa.select(audit_lines.c.at))).first()
    assert later is not None
    await connection.execute(line(4).values(at=later.replace(hour=23)))


async def write_nonsense(connection: AsyncConnection) -> None:
    leaf = '["not", "a", "line"]'
    await connection.execute(line(4).values(leaf=leaf, leaf_hash=merkle.leaf_hash(leaf.encode())))


async def drop(connection: AsyncConnection, *positions: int) -> None:
    await connection.execute(sa.delete(audit_lines).where(audit_lines.c.position.in_(positions)))


async def drop_first(connection: AsyncConnection) -> None:
    await drop(connection, 0)


async def drop_middle(connection: AsyncConnection) -> None:
    await drop(connection, 4)


async def drop_last(connection: AsyncConnection) -> None:
    await drop(connection, 8)


async def drop_middle_and_close_up(connection: AsyncConnection) -> None:
    await drop(connection, 4)
    for position in range(5, 9):
        await connection.execute(line(position).values(position=position - 1))


async def swap_rows(connection: AsyncConnection) -> None:
    for position, moved in ((4, 1000), (5, 4), (1000, 5)):
        await connection.execute(line(position).values(position=moved))


async def swap_what_lines_say(connection: AsyncConnection) -> None:
    four, five = await leaf_of(connection, 4), await leaf_of(connection, 5)
    await put(connection, 4, {**five, "position": 4})
    await put(connection, 5, {**four, "position": 5})


async def write_past_head(connection: AsyncConnection) -> None:
    row = (await connection.execute(sa.select(audit_lines).where(audit_lines.c.position == 8))).one()
    leaf = {**json.loads(row.leaf), "position": 9}
    await connection.execute(sa.insert(audit_lines).values({**row._mapping, "position": 9}))
    await put(connection, 9, leaf)


async def forge_root(connection: AsyncConnection) -> None:
    await connection.execute(sa.update(audit_head).values(root="0" * 64))


async def forge_frontier(connection: AsyncConnection) -> None:
    forged = tuple(merkle.leaf_hash(bytes([n])) for n in range(2))
    await connection.execute(sa.update(audit_head).values(frontier=json.dumps(forged), root=merkle.root(forged)))


async def break_frontier(connection: AsyncConnection) -> None:
    await connection.execute(sa.update(audit_head).values(frontier="nothing like it"))


async def shorten_head(connection: AsyncConnection) -> None:
    leaves = (await connection.scalars(sa.select(audit_lines.c.leaf).order_by(audit_lines.c.position))).all()
    frontier = merkle.frontier_of([leaf.encode() for leaf in leaves[:8]])
    await connection.execute(
        sa.update(audit_head).values(size=8, frontier=json.dumps(frontier), root=merkle.root(frontier))
    )


async def lose_head(connection: AsyncConnection) -> None:
    await connection.execute(sa.delete(audit_head))


Tampering = Callable[[AsyncConnection], Awaitable[None]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tamper", "first_bad"),
    [
        (rewrite_leaf, 4),
        (rewrite_fact, 4),
        (rewrite_hash, 4),
        (rewrite_leaf_and_hash, None),
        (rewrite_actor_column, 4),
        (rewrite_party_column, 4),
        (rewrite_object_column, 4),
        (rewrite_time_column, 4),
        (write_nonsense, 4),
        (drop_first, 0),
        (drop_middle, 4),
        (drop_last, 8),
        (drop_middle_and_close_up, 4),
        (swap_rows, 4),
        (swap_what_lines_say, None),
        (write_past_head, 9),
        (forge_root, None),
        (forge_frontier, None),
        (break_frontier, None),
        (shorten_head, 8),
        (lose_head, 0),
    ],
)
async def test_tampering_is_found(office: Office, tamper: Tampering, first_bad: int | None) -> None:
    await write_lines(office, 9)
    assert (await check(office)).ok

    async with office.database.write() as connection:
        await guards.remove(connection)  # as whoever owns the database can
        await tamper(connection)
    finding = await check(office)

    assert not finding.ok
    assert finding.first_bad == first_bad, str(finding.what)


async def test_a_rewritten_line_is_narrowed_down_to_its_subtree(office: Office) -> None:
    await write_lines(office, 9)
    async with office.database.write() as connection:
        await guards.remove(connection)
        await rewrite_leaf_and_hash(connection)

    assert str((await check(office)).what) == (
        "A line from 0 to 7 was changed together with its hash, or the head was."
    )


async def test_an_auditor_still_sees_a_line_that_was_tampered_with(office: Office) -> None:
    await write_lines(office, 9)
    async with office.database.write() as connection:
        await guards.remove(connection)
        await write_nonsense(connection)

    async with office.database.read() as connection:
        shown = await page(connection, 5, 1)
    assert (shown[0].position, shown[0].object_id, shown[0].facts) == (4, "n-4", {})


async def test_a_log_longer_than_one_batch_is_read_to_its_end(office: Office) -> None:
    count = 2 * BATCH + 1
    async with office.act(COMMAND) as act:
        await append_all(act, [Entry("notice.draft", "notice", f"n-{n}") for n in range(count)])
    assert (await check(office)).ok
    assert (await check(office)).size == count

    async with office.database.write() as connection:
        await guards.remove(connection)
        await drop(connection, BATCH)
    assert (await check(office)).first_bad == BATCH


async def write_lines(office: Office, count: int) -> None:
    for n in range(count):
        async with office.act(OFFICER) as act:
            await append(act, "notice.draft", "notice", f"n-{n}", n=n)


async def check(office: Office) -> Finding:
    async with office.database.read() as connection:
        return await verify(connection)


def line(position: int) -> sa.Update:
    return sa.update(audit_lines).where(audit_lines.c.position == position)


async def leaf_of(connection: AsyncConnection, position: int) -> dict[str, dict[str, object]]:
    query = sa.select(audit_lines.c.leaf).where(audit_lines.c.position == position)
    found: dict[str, dict[str, object]] = json.loads((await connection.execute(query)).scalar_one())
    return found


async def put(connection: AsyncConnection, position: int, leaf: Mapping[str, object]) -> None:
    """Write a line as a careful forger does: canonical, with its hash, and columns that say the same."""
    written = rfc8785.dumps(dict(leaf))  # type: ignore[arg-type]
    what = leaf["object"]
    assert isinstance(what, dict)
    await connection.execute(
        line(position).values(leaf=written.decode(), leaf_hash=merkle.leaf_hash(written), object_id=what["id"])
    )
