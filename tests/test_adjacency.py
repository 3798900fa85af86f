"""Who is told of a notice, and why: the rules, by tables of cases and by laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.language import LANGUAGES, translator
from notify.parties.addressees import expand, faults, may_ask
from notify.parties.adjacency import RULES, also_bordering, who_is_told
from notify.parties.directory import Directory
from notify.parties.edges import Edge
from notify.parties.graph import Graph
from notify.parties.preview import preview, preview_json
from notify.parties.reasons import Reason, dump, parse, reason_json, reason_words, reasons_words, rules_column
from notify.parties.seed import first_graph, first_memberships, first_parties

DIRECTORY = Directory(first_parties(), first_memberships(), 2026)
GRAPH = first_graph()
STATES = [party.code for party in DIRECTORY.states()]
ENGLISH = translator("en")

BRAZIL = ("ARG BOL COL GUY PER PRY SUR URY VEN", "URY")
CHILE = ("ARG BOL PER", "ARG PER")
PERU = ("BOL BRA CHL COL ECU", "CHL ECU")
CASES = {
    "cruzex": ("BRA", *BRAZIL),
    "unitas": ("CHL", *CHILE),
    "tradewinds": ("BRB", "", "GRD GUY LCA TTO VCT"),
    "amazonlog": ("BRA", *BRAZIL),
    "arandu": ("ARG", "BOL BRA CHL PRY URY", "CHL URY"),
    "vanguard": ("BRA", *BRAZIL),
    "comando": ("HND", "GTM NIC SLV", "BLZ COL CUB GTM JAM MEX NIC SLV"),
    "estrella": ("CHL", *CHILE),
    "puma": ("PER", *PERU),
    "nanook": ("CAN", "USA", "USA"),
    "visit-academy": ("COL", "BRA ECU PAN PER VEN", "CRI DOM ECU HND HTI JAM NIC PAN VEN"),
    "visit-airbase": ("CHL", *CHILE),
    "visit-exercise": ("MEX", "BLZ GTM USA", "BLZ CUB GTM HND USA"),
    "destroy-gt": ("GTM", "BLZ HND MEX SLV", "BLZ HND MEX SLV"),
    "destroy-pe": ("PER", *PERU),
    "destroy-tt": ("TTO", "", "BRB GRD GUY SUR VCT VEN"),
}
"""Posting state, states with a land border, states with adjoining waters: published cases, and illustrative ones."""

EXERCISE: dict[str, object] = {
    "measure": 4,
    "state": "PER",
    "participants": [{"state": "PER", "personnel": 2400}],
    "also_notify": [],
    "observation": {"invite": ["group:RECIPIENTS", "OAS"], "seats": 12},
}


def told(content: dict[str, object], earlier: tuple[str, ...] = ()) -> dict[str, list[Reason]]:
    return who_is_told(content, GRAPH, DIRECTORY, earlier)


def rules(content: dict[str, object], earlier: tuple[str, ...] = ()) -> dict[str, list[str]]:
    return {party: [reason.rule for reason in reasons] for party, reasons in told(content, earlier).items()}


@pytest.mark.parametrize("case", CASES)
def test_neighbours_of_the_posting_state_are_told_by_land_and_by_water(case: str) -> None:
    state, land, maritime = CASES[case]
    found = rules({"state": state})
    assert [party for party, why in found.items() if "land" in why] == land.split()
    assert [party for party, why in found.items() if "maritime" in why] == maritime.split()
    assert sorted(found) == sorted({*land.split(), *maritime.split()})


def test_exercise_of_peru_reaches_its_neighbours_and_the_invited_organisation_alone() -> None:
    assert rules(EXERCISE) == {
        "BOL": ["land"],
        "BRA": ["land"],
        "CHL": ["land", "maritime"],
        "COL": ["land"],
        "ECU": ["land", "maritime"],
        "OAS": ["invited"],
    }


def test_reasons_of_one_party_stand_in_the_order_of_the_rules() -> None:
    content: dict[str, object] = {
        "state": "PER",
        "also_notify": ["CHL"],
        "observation": {"invite": ["CHL"]},
        "participants": [{"state": "CHL", "personnel": 1}],
    }
    assert rules(content, ("CHL",))["CHL"] == ["land", "maritime", "participant", "invited", "also_notify"]
    assert [name for name, _ in RULES] == ["land", "maritime", "participant", "invited", "also_notify", "earlier"]


def test_participants_are_told_and_their_neighbours_are_not() -> None:
    content: dict[str, object] = {
        "state": "CHL",
        "participants": [{"state": "CHL"}, {"state": "MEX", "personnel": 100}],
    }
    assert rules(content) == {
        "ARG": ["land", "maritime"],
        "BOL": ["land"],
        "MEX": ["participant"],
        "PER": ["land", "maritime"],
    }


def test_neighbours_are_told_whatever_their_status() -> None:
    found = rules({"state": "HND"})
    assert found["NIC"] == ["land", "maritime"]  # withdrawn from the OAS
    assert found["CUB"] == ["maritime"]  # does not take part


def test_invited_members_are_the_states_that_take_part() -> None:
    found = rules({"state": "MEX", "observation": {"invite": ["group:MEMBERS", "OAS", "IADB"]}})
    invited = [party for party, why in found.items() if "invited" in why]
    assert invited == sorted({"OAS", "IADB", *STATES} - {"MEX", "NIC", "CUB"})
    assert "VEN" in invited  # disputed


def test_recipients_as_a_group_adds_nobody() -> None:
    content: dict[str, object] = {
        "state": "TTO",
        "also_notify": ["group:RECIPIENTS"],
        "observation": {"invite": ["group:RECIPIENTS"]},
    }
    assert rules(content) == rules({"state": "TTO"})


def test_a_reason_names_the_group_only_where_the_party_itself_is_not_named() -> None:
    found = told({"state": "USA", "also_notify": ["group:CARICOM", "GUY"]})
    assert found["GUY"] == [Reason("also_notify")]
    assert found["SUR"] == [Reason("also_notify", {"group": "CARICOM"})]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, {}),
        ({"state": "XXX"}, {}),
        ({"state": "OAS"}, {}),
        ({"state": None, "observation": None, "also_notify": None, "participants": None}, {}),
        ({"state": "URY", "observation": {}}, {"ARG": ["land", "maritime"], "BRA": ["land", "maritime"]}),
        ({"state": "CAN", "participants": [{"state": "XXX"}, {"state": "OAS"}, 7]}, {"USA": ["land", "maritime"]}),
        ({"state": "CAN", "also_notify": ["FRA", "group:NONE", "group:CDS"]}, {"USA": ["land", "maritime"]}),
    ],
)
def test_unfinished_drafts_can_be_previewed(content: dict[str, object], expected: dict[str, list[str]]) -> None:
    assert rules(content) == expected


def test_whoever_was_told_stays_told() -> None:
    found = rules(EXERCISE, ("JAM", "BOL", "PER"))
    assert found["JAM"] == ["earlier"]
    assert found["BOL"] == ["land"]  # the better reason stands alone
    assert "PER" not in found


# Laws

some_states = st.lists(st.sampled_from(STATES), max_size=6)
addressees = st.lists(
    st.sampled_from([*STATES, "OAS", "UN", "FRA", *(f"group:{code}" for code in (*DIRECTORY.groups(), "NONE"))]),
    max_size=6,
)
contents = st.fixed_dictionaries(
    {"state": st.sampled_from(STATES)},
    optional={
        "participants": some_states.map(lambda states: [{"state": state, "personnel": 10} for state in states]),
        "observation": st.none() | addressees.map(lambda invite: {"invite": invite}),
        "also_notify": addressees,
    },
)
pairs = st.tuples(st.sampled_from(STATES), st.sampled_from(STATES)).filter(lambda pair: pair[0] != pair[1])
graphs = st.sets(st.tuples(pairs.map(sorted).map(tuple), st.sampled_from(["land", "maritime"])), max_size=40).map(
    lambda found: Graph(1, tuple(Edge(a, b, kind) for (a, b), kind in found))
)


@given(graphs)
def test_being_a_neighbour_is_mutual_and_of_the_same_kinds(graph: Graph) -> None:
    for state in STATES:
        for other, kinds in graph.neighbours(state).items():
            assert graph.neighbours(other)[state] == kinds
    mutual = sum(len(kinds) for state in STATES for kinds in graph.neighbours(state).values())
    assert mutual == 2 * len(graph.edges)


@given(graphs, st.sampled_from(STATES), st.sampled_from(STATES))
def test_what_one_state_is_told_of_the_other_it_tells(graph: Graph, one: str, other: str) -> None:
    theirs, ours = who_is_told({"state": one}, graph, DIRECTORY), who_is_told({"state": other}, graph, DIRECTORY)
    assert [r.rule for r in theirs.get(other, [])] == [r.rule for r in ours.get(one, [])]


@given(contents, graphs, some_states)
def test_the_posting_state_is_never_told(content: dict[str, object], graph: Graph, before: list[str]) -> None:
    assert content["state"] not in who_is_told(content, graph, DIRECTORY, before)


@given(contents, contents, graphs, graphs)
def test_recipients_are_never_fewer_than_those_of_the_revision_before(
    first: dict[str, object], second: dict[str, object], graph: Graph, later: Graph
) -> None:
    second["state"] = first["state"]
    before = who_is_told(first, graph, DIRECTORY)
    after = who_is_told(second, later, DIRECTORY, before)
    assert after.keys() >= before.keys()
    alone = who_is_told(second, later, DIRECTORY)
    assert {party: after[party] for party in alone} == alone


@given(contents, graphs)
def test_every_reason_is_kept_and_said_as_it_was(content: dict[str, object], graph: Graph) -> None:
    for reasons in who_is_told(content, graph, DIRECTORY, ["UN", "JAM"]).values():
        assert reasons
        assert parse(dump(reasons)) == reasons
        assert reasons_words(reasons, DIRECTORY, ENGLISH)
        assert rules_column(reasons) == f",{','.join(reason.rule for reason in reasons)},"


# Addressees


def test_groups_mean_their_states_that_take_part() -> None:
    assert sorted(expand(["group:SICA"], DIRECTORY)) == ["BLZ", "CRI", "DOM", "GTM", "HND", "PAN", "SLV"]  # not NIC
    assert "CUB" not in expand(["group:CARIBBEAN-SIDS"], DIRECTORY)
    assert expand(["CUB", "NIC"], DIRECTORY) == {"CUB": None, "NIC": None}


def test_addressees_that_cannot_be_named_are_all_refused_with_their_pointer() -> None:
    found = faults(["BOL", "FRA", "group:CARICOM", "group:OTAN", "group:CDS", "bol"], DIRECTORY, "/observation/invite")
    assert [(fault.pointer, str(fault.detail)) for fault in found] == [
        ("/observation/invite/1", "“FRA” is not a party of this system: write a code such as BOL or OAS."),
        (
            "/observation/invite/3",
            "“group:OTAN” is not a known group. Groups: group:MEMBERS, group:RECIPIENTS, group:CARIBBEAN-SIDS, "
            "group:CARICOM, group:CFAC, group:RSS, group:SICA.",
        ),
        ("/observation/invite/4", "The group group:CDS is no longer active: name its parties one by one."),
        ("/observation/invite/5", "“bol” is not a party of this system: write a code such as BOL or OAS."),
    ]


def test_a_group_is_active_until_its_last_year_is_over() -> None:
    then = Directory(first_parties(), first_memberships(), 2019)
    assert then.groups()["CDS"].active
    assert faults(["group:CDS"], then, "/also_notify") == []
    assert not DIRECTORY.groups()["CDS"].active
    assert DIRECTORY.groups()["CDS"].listed == then.groups()["CDS"].members  # a past notice can still be read


def test_seats_may_be_asked_for_by_the_invited_and_by_recipients_where_they_are_invited_as_such() -> None:
    assert may_ask(["OAS"], "OAS", [], DIRECTORY)
    assert may_ask(["group:RSS"], "BRB", [], DIRECTORY)
    assert not may_ask(["OAS"], "BOL", ["BOL"], DIRECTORY)
    assert may_ask(["group:RECIPIENTS"], "BOL", ["BOL"], DIRECTORY)
    assert not may_ask(["group:RECIPIENTS"], "JAM", ["BOL"], DIRECTORY)


# Words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("land", {"state": "PER"}), "neighbouring state of Peru: land border"),
        (Reason("maritime", {"state": "BHS"}), "neighbouring state of The Bahamas: adjoining waters"),
        (Reason("participant"), "takes part"),
        (Reason("invited"), "invited to observe"),
        (Reason("invited", {"group": "MEMBERS"}), "invited to observe (member states of the OAS)"),
        (Reason("invited", {"group": "CARICOM"}), "invited to observe (Caribbean Community)"),
        (Reason("also_notify"), "also notified by choice of the posting state"),
        (
            Reason("also_notify", {"group": "RSS"}),
            "also notified by choice of the posting state (Regional Security System)",
        ),
        (Reason("earlier"), "told of an earlier revision"),
    ],
)
def test_reasons_are_put_into_words(reason: Reason, words: str) -> None:
    assert reason_words(reason, DIRECTORY, ENGLISH) == words
    assert reason_json(reason, DIRECTORY, ENGLISH) == {"rule": reason.rule, "text": words}


def test_names_inside_a_reason_are_in_the_readers_language_with_their_article() -> None:
    reason = Reason("land", {"state": "PER"})
    articles = {"es": "del Perú", "en": "of Peru", "pt": "do Peru", "fr": "du Pérou"}
    for language in LANGUAGES:
        assert articles[language] in reason_words(reason, DIRECTORY, translator(language))


def test_a_measured_reason_keeps_its_distance() -> None:
    reason = Reason("land", {"state": "PER"}, 2.5)
    assert parse(dump([reason])) == [reason]
    assert reason_json(reason, DIRECTORY, ENGLISH)["distance_km"] == 2.5


def test_land_and_water_are_said_in_one_phrase() -> None:
    words = reasons_words(told(EXERCISE)["CHL"], DIRECTORY, ENGLISH)
    assert words == "neighbouring state of Peru: land border, adjoining waters"
    content: dict[str, object] = {"state": "PER", "participants": [{"state": "ECU"}]}
    words = reasons_words(told(content)["ECU"], DIRECTORY, ENGLISH)
    assert words == "neighbouring state of Peru: land border, adjoining waters; takes part"


# The preview


def test_territories_that_border_are_named_though_nobody_is_told_for_them() -> None:
    assert [(place.territory, [r.rule for r in place.reasons]) for place in also_bordering("BRA", GRAPH)] == [
        ("French Guiana", ["land", "maritime"])
    ]
    assert [place.territory for place in also_bordering("VEN", GRAPH)] == ["Aruba", "Bonaire", "Curaçao", "Martinique"]
    assert also_bordering("PER", GRAPH) == []


def test_preview_says_who_is_told_why_and_whom_no_channel_reaches() -> None:
    content: dict[str, object] = {"measure": 4, "state": "SUR", "observation": {"invite": ["OAS"]}, "participants": []}
    shown = preview(content, GRAPH, DIRECTORY, {"BRA": True, "GUY": False, "TTO": True, "JAM": True})
    assert shown.unreachable == ("GUY", "OAS")
    assert preview_json(shown, DIRECTORY, translator("pt"))["also_bordering"] == [
        {
            "territory": "French Guiana",
            "administered_by": "FRA",
            "name": "Guiana Francesa",
            "reasons": [
                reason_json(Reason(rule, {"state": "SUR"}), DIRECTORY, translator("pt"))
                for rule in ("land", "maritime")
            ],
        }
    ]
    items = preview_json(shown, DIRECTORY, ENGLISH)["items"]
    assert items == [
        {
            "party": "BRA",
            "reachable": True,
            "reasons": [{"rule": "land", "text": "neighbouring state of Suriname: land border"}],
        },
        {
            "party": "GUY",
            "reachable": False,
            "reasons": [
                {"rule": "land", "text": "neighbouring state of Suriname: land border"},
                {"rule": "maritime", "text": "neighbouring state of Suriname: adjoining waters"},
            ],
        },
        {"party": "OAS", "reachable": False, "reasons": [{"rule": "invited", "text": "invited to observe"}]},
        {
            "party": "TTO",
            "reachable": True,
            "reasons": [{"rule": "maritime", "text": "neighbouring state of Suriname: adjoining waters"}],
        },
    ]
