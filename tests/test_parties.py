"""Parties and the versioned graph of neighbouring states, in the database and as files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from notify.actor import COMMAND
from notify.audit.tables import audit_lines
from notify.database import Database
from notify.errors import Invalid, NotAllowed, Stale
from notify.language import LANGUAGES
from notify.office import Office
from notify.parties import directory, graph
from notify.parties.directory import Directory
from notify.parties.edges import Edge, difference, edge_text, settle, sha256
from notify.parties.graph import Graphs, Replacement, replace
from notify.parties.graph_csv import check, check_csv, format_csv, parse_csv
from notify.parties.names import of_name, place_name, rows
from notify.parties.seed import first_graph, first_memberships, first_parties, seed
from notify.parties.tables import adjacency, graph_versions, parties
from tests.conftest import MakeActor
from tests.support.clock import START

DIRECTORY = Directory(first_parties(), first_memberships(), 2026)
GRAPH = first_graph()
STATES = [party.code for party in DIRECTORY.states()]


def without(*pairs: str) -> list[Edge]:
    """The first graph without some edges, such as ``PER-COL``."""
    gone = {tuple(sorted(pair.split("-"))) for pair in pairs}
    return [edge for edge in GRAPH.edges if (edge.a, edge.b) not in gone]


async def replaced(
    office: Office, edges: list[Edge], reason: str = "Corrected", based_on: int | None = None
) -> Replacement:
    async with office.act(COMMAND) as act:
        return await replace(act, edges, reason, based_on=based_on)


# The directory


async def test_a_new_database_holds_the_35_states_and_the_organisations(database: Database) -> None:
    async with database.read() as connection:
        found = await directory.load(connection)
        versions = await graph.versions(connection)
        edges = await graph.current(connection)
    assert len(found.states()) == 35
    assert [party.code for party in found.organisations()] == ["CARICOM", "CFAC", "IADB", "OAS", "RSS", "UN"]
    assert len(found.members()) == 33
    assert {code: group.active for code, group in found.groups().items() if not group.active} == {"CDS": False}
    assert [(version.version, version.sha256) for version in versions] == [(1, GRAPH.sha256)]
    assert edges.edges == GRAPH.edges
    assert sorted(edges.external, key=str) == sorted(GRAPH.external, key=str)


async def test_the_directory_is_kept_and_read_without_loss(database: Database) -> None:
    async with database.read() as connection:
        found = await directory.load(connection, START)
    assert {party.code: party for party in found.all()} == {party.code: party for party in first_parties()}
    assert found.year == 2027
    assert found.groups() == Directory(first_parties(), first_memberships(), 2027).groups()


async def test_seeding_twice_changes_nothing(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(
            sa.update(parties).where(parties.c.code == "PER").values(ministry="Ministerio de Defensa")
        )
        assert await seed(connection, START) is False
    async with database.read() as connection:
        peru = (await directory.load(connection)).party("PER")
    assert peru is not None
    assert peru.ministry == "Ministerio de Defensa"


def test_every_party_has_its_names_zone_and_a_language_to_write_in() -> None:
    of_names = {row["code"]: row for row in rows("of_names")}
    for party in DIRECTORY.all():
        assert ZoneInfo(party.timezone).key == party.timezone
        assert party.language in LANGUAGES
        for language in LANGUAGES:
            assert party.name(language)
            assert party.of(language) == of_names[party.code][language]
            assert party.of(language).endswith(party.name(language))


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("PER", "es", "del Perú"),
        ("BHS", "en", "of The Bahamas"),
        ("USA", "pt", "dos Estados Unidos"),
        ("HTI", "fr", "d'Haïti"),
        ("UN", "fr", "des Nations Unies"),
    ],
)
def test_names_take_the_article_of_their_language(code: str, language: str, words: str) -> None:
    assert DIRECTORY.of(code, language) == words


def test_a_name_changed_by_the_operator_takes_the_plain_preposition() -> None:
    assert of_name("PER", "Estado Peruano", "es") == "de Estado Peruano"
    assert of_name("BRA", "Federative Republic", "en") == "of Federative Republic"


def test_every_territory_and_its_state_have_names_in_four_languages() -> None:
    for external in GRAPH.external:
        assert place_name(external.territory, "en") == external.territory
        assert place_name(external.administered_by, "es") != external.administered_by
    assert place_name("French Guiana", "fr") == "Guyane française"
    assert place_name("Nowhere", "fr") == "Nowhere"


# Versions of the graph


async def test_a_removed_edge_makes_a_version_and_says_whom_to_tell(office: Office, actor: MakeActor) -> None:
    administrator = await actor(None, "administrator")
    async with office.act(administrator) as act:
        done = await replace(act, without("COL-PER"), "  Not a neighbour after all ")
    assert done.is_new
    assert done.difference.removed == (Edge("COL", "PER", "land", "high", 1),)
    assert done.difference.added == ()
    assert list(done.to_tell()) == ["COL", "PER"]
    assert str(edge_text(done.to_tell()["PER"].removed[0], DIRECTORY, "es")) == "Colombia – Perú, land border"
    async with office.database.read() as connection:
        now, before = await graph.current(connection), await graph.load(connection, 1)
        latest = (await graph.versions(connection))[0]
        lines = (
            await connection.execute(sa.select(audit_lines.c.act, audit_lines.c.object_id, audit_lines.c.leaf))
        ).all()
    assert now == done.graph
    assert now.version == 2
    assert "COL" not in now.neighbours("PER")
    assert before.edges == GRAPH.edges
    assert (latest.by_person, latest.reason) == (administrator.person_id, "Not a neighbour after all")
    assert latest.sha256 == now.sha256
    assert [(line.act, line.object_id) for line in lines] == [("adjacency.replace", "2")]
    assert '"removed":1' in lines[0].leaf


async def test_each_edge_keeps_the_version_that_brought_it(office: Office) -> None:
    new = Edge("JAM", "DOM", "maritime", "medium", reason="Waters between them")
    await replaced(office, [*without("COL-PER"), new], "Reviewed")
    done = await replaced(office, [*GRAPH.edges, Edge("DOM", "JAM", "maritime", "low")], "Reviewed again")
    edges = {edge.key: edge for edge in done.graph.edges}
    assert edges["BOL", "PER", "land"] == Edge("BOL", "PER", "land", "high", 1)
    assert edges["COL", "PER", "land"] == Edge("COL", "PER", "land", "high", 3, "Reviewed again")
    assert edges["DOM", "JAM", "maritime"] == Edge("DOM", "JAM", "maritime", "low", 2, "Reviewed again")
    assert [edge.key for edge in done.difference.altered] == [("DOM", "JAM", "maritime")]
    assert list(done.to_tell()) == ["COL", "PER"]


@pytest.mark.parametrize(
    ("confidence", "own", "kept"),
    [
        ("low", "", "Seen on a chart"),
        ("low", "Told by Dominica", "Told by Dominica"),
        ("high", "", "Reviewed"),
        ("high", "Seen on a chart", "Reviewed"),  # a file that was exported and changed carries the old reason
        ("high", "Treaty of 1987", "Treaty of 1987"),
    ],
)
def test_a_reason_says_why_an_edge_is_as_it_is(confidence: str, own: str, kept: str) -> None:
    before = [Edge("DMA", "VEN", "maritime", "low", 2, "Seen on a chart")]
    assert settle([Edge("VEN", "DMA", "maritime", confidence, reason=own)], before, 5, "Reviewed") == (
        Edge("DMA", "VEN", "maritime", confidence, 2, kept),
    )


async def test_the_same_graph_again_makes_no_version(office: Office) -> None:
    swapped = [Edge(edge.b, edge.a, edge.kind, edge.confidence) for edge in reversed(GRAPH.edges)]
    done = await replaced(office, swapped)
    assert not done.is_new
    assert done.to_tell() == {}
    async with office.database.read() as connection:
        assert len(await graph.versions(connection)) == 1
        assert await connection.scalar(sa.select(sa.func.count()).select_from(audit_lines)) == 0


async def test_a_bad_graph_is_refused_with_every_fault_and_nothing_changes(office: Office) -> None:
    edges = [
        Edge("BOL", "PER", "land"),
        Edge("XXX", "OAS", "land"),
        Edge("PER", "PER", "land"),
        Edge("PER", "BOL", "land"),
        Edge("BOL", "CHL", "air", "certain"),
        Edge("BOL", "BRA", "land", reason="x" * 501),
        Edge("BOL", "PER", "land", "low"),
    ]
    with pytest.raises(Invalid) as refused:
        await replaced(office, edges, " ")
    assert [(fault.pointer, str(fault.detail)) for fault in refused.value.faults] == [
        ("/edges/1/a", "“XXX” is not a state of this system: write a code such as PER, in capitals."),
        ("/edges/1/b", "OAS is an organisation, and organisations have no neighbours: name a state."),
        ("/edges/2/b", "A state is not its own neighbour: name another state."),
        ("/edges/3", "PER and BOL are given twice as land: a pair stands once, in either order."),
        ("/edges/4/kind", "“air” is no kind of border: write land or maritime."),
        ("/edges/4/confidence", "“certain” is no confidence: write high, medium or low."),
        ("/edges/5/reason", "Shorten the reason to 500 characters."),
        ("/edges/6", "BOL and PER are given twice as land, once as high and once as low: keep one of them."),
        ("/reason", "Say why the table changes: the reason is kept with the new version."),
    ]
    async with office.database.read() as connection:
        assert (await graph.current(connection)).version == 1


async def test_more_edges_than_pairs_are_refused_without_a_list(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        await replaced(office, [Edge("BOL", "PER", "land")] * 1191)
    assert [fault.pointer for fault in refused.value.faults] == ["/edges"]


async def test_only_administrators_change_the_graph(office: Office, actor: MakeActor) -> None:
    for who in (await actor("PER", "officer", "manager"), await actor(None, "auditor")):
        with pytest.raises(NotAllowed):
            async with office.act(who) as act:
                await replace(act, without("COL-PER"), "No")


async def test_a_change_made_from_an_older_version_is_refused(office: Office) -> None:
    await replaced(office, without("COL-PER"), based_on=1)
    with pytest.raises(Stale):
        await replaced(office, without("BOL-PER"), based_on=1)


async def test_replacements_at_the_same_moment_follow_each_other(office: Office) -> None:
    one, other = await asyncio.gather(
        replaced(office, without("COL-PER")), replaced(office, without("COL-PER", "BOL-PER"))
    )
    assert {one.graph.version, other.graph.version} == {2, 3}
    async with office.database.read() as connection:
        stored = await graph.current(connection)
        assert stored == max((one.graph, other.graph), key=lambda found: found.version)
        assert await connection.scalar(sa.select(sa.func.count()).select_from(graph_versions)) == 3


async def test_a_kept_graph_is_read_again_when_there_is_a_new_one(office: Office) -> None:
    graphs = Graphs()
    async with office.database.read() as connection:
        first = await graphs.current(connection)
        assert await graphs.current(connection) is first
    await replaced(office, without("COL-PER"))
    async with office.database.read() as connection:
        assert (await graphs.current(connection)).version == 2
        assert "COL" not in (await graphs.current(connection)).neighbours("PER")


async def test_a_database_without_a_graph_has_an_empty_one(office: Office) -> None:
    async with office.database.write() as connection:
        await connection.execute(sa.delete(adjacency))
        await connection.execute(sa.delete(graph_versions))
        assert (await graph.current(connection)).version == 0
        assert (await Graphs().current(connection)).edges == ()
    assert (await replaced(office, list(GRAPH.edges))).graph.version == 1


# Files

HEADING = "Line 1 names the columns: a, b, kind, confidence, and if wanted since, reason."
edge_sets = st.dictionaries(
    st.tuples(st.sampled_from(STATES), st.sampled_from(STATES), st.sampled_from(["land", "maritime"])).filter(
        lambda key: key[0] < key[1]
    ),
    st.tuples(
        st.sampled_from(["high", "medium", "low"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
        .map(str.strip)
        .filter(lambda reason: not reason.startswith(("=", "+", "-", "@"))),
    ),
    max_size=30,
).map(lambda found: [Edge(*key, confidence, reason=reason) for key, (confidence, reason) in sorted(found.items())])


@given(edge_sets, st.sampled_from([str, lambda content: "\ufeff" + content]))
def test_a_graph_written_as_csv_and_read_again_is_the_same(edges: list[Edge], spoil: Callable[[str], str]) -> None:
    found = parse_csv(spoil(format_csv(edges)), DIRECTORY)
    assert found == edges
    assert not difference(edges, found)
    assert sha256(found) == sha256(edges)


def test_a_spreadsheet_may_use_semicolons_and_any_order_of_columns() -> None:
    content = "\ufeffkind;A;b;Confidence\r\nland; PER ;BOL;high\r\n;;;\r\n"
    assert parse_csv(content, DIRECTORY) == [Edge("PER", "BOL", "land", "high")]


@pytest.mark.parametrize(
    ("content", "details"),
    [
        ("", [HEADING]),
        ("a,b,kind\nBOL,PER,land\n", [HEADING]),
        ("a,b,kind,confidence,colour\n", [HEADING]),
        (
            "a,b,kind,confidence\nBOL,PER,land\nBOL,PER,land,high,x\n",
            ["Line 2: 4 cells are wanted, as in line 1, and 3 are there.",
             "Line 3: 4 cells are wanted, as in line 1, and 5 are there."],
        ),
        (
            "a,b,kind,confidence\nBOL,PER,land,high\n\nXXX,PER,land,high\nPER,BOL,land,high\nPER,PER,sea,high\n",
            ["Line 4: “XXX” is not a state of this system: write a code such as PER, in capitals.",
             "Line 5: PER and BOL are given twice as land: a pair stands once, in either order.",
             "Line 6: A state is not its own neighbour: name another state.",
             "Line 6: “sea” is no kind of border: write land or maritime."],
        ),
        (
            'a,b,kind,confidence\n"BOL,PER,land,high\n',
            ["Line 2: This is not CSV: look for a quotation mark that is not closed."],
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_line_by_line(content: str, details: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_csv(content, DIRECTORY)
    assert [str(fault.detail) for fault in refused.value.faults] == details


def test_the_projects_own_table_passes_the_check() -> None:
    assert check(GRAPH.edges, DIRECTORY) == []
    assert check_csv(format_csv(GRAPH.edges), DIRECTORY, GRAPH) == []


def test_a_check_names_lost_land_borders_lonely_states_and_what_would_change() -> None:
    edges = [edge for edge in without("BOL-PER") if "DMA" not in (edge.a, edge.b)]
    edges = [Edge(e.a, e.b, e.kind, "low") if e.key == ("TTO", "VCT", "maritime") else e for e in edges]
    content = format_csv([*edges, Edge("DOM", "JAM", "maritime")])
    assert [(finding.level, str(finding.detail)) for finding in check_csv(content, DIRECTORY, GRAPH)] == [
        ("warning", "BOL and PER have a land border, and it is missing."),
        ("note", "DMA has no neighbour. For an island that can be right."),
        ("note", "new: DOM – JAM, adjoining waters"),
        ("note", "removed: BOL – PER, land border"),
        ("note", "removed: DMA – VEN, adjoining waters"),
        ("note", "altered: TTO – VCT, adjoining waters"),
    ]


def test_a_check_names_the_errors_that_would_stop_an_import() -> None:
    findings = check_csv("a,b,kind,confidence\nBOL,FRA,land,high\n", DIRECTORY, GRAPH)
    assert [(finding.level, str(finding.detail)) for finding in findings] == [
        ("error", "Line 2: “FRA” is not a state of this system: write a code such as PER, in capitals.")
    ]
