"""The marker in and out, and answers that nobody expects."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding.identity import QUERY, Reading, parse_reading
from tierguard.deciding.marker import Marker, parse_marker
from tierguard.deciding.verdict import Circumstances, judge
from tierguard.model import Ceiling, Tier

TEXT = st.text(min_size=1, max_size=20)
MARKERS = st.builds(Marker, st.sampled_from(Tier), TEXT, TEXT, TEXT, TEXT, st.text(max_size=20), st.text(max_size=20))
WHOLE = {"v": 1, "tier": "int", "project": "shop", "db": "shop", "oid": "1", "sysid": "2"}


def answer(**changes):
    row = {"db": "shop", "oid": "1", "control": {"system_identifier": 2}, "marker": None, "user": "u", "address": None}
    return json.dumps(
        row
        | {"port": None, "version": 180000, "standby": False, "empty": False, "databases": 1, "comments": None}
        | changes
    )


def brief(**changes):
    row = {"db": "shop", "oid": "1", "control": {"system_identifier": 2}, "marker": None, "comment": None, "user": "u"}
    return json.dumps(row | changes)


@given(MARKERS)
def test_a_marker_that_was_written_is_read_back(marker):
    assert parse_marker(marker.render()) == marker


@given(MARKERS)
def test_numbers_that_json_readers_would_round_are_strings(marker):
    content = json.loads(marker.render())
    assert isinstance(content["oid"], str)
    assert isinstance(content["sysid"], str)
    assert content["v"] == 1


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_comment_is_no_marker(text):
    assert parse_marker(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("the shop's schema", "not JSON"),
        ("[1]", "not a JSON object"),
        ('"int"', "not a JSON object"),
        ("{}", "no version"),
        (json.dumps(WHOLE | {"v": "1"}), "no version"),
        (json.dumps(WHOLE | {"v": True}), "no version"),
        (json.dumps(WHOLE | {"v": 0}), "no version"),
        (json.dumps(WHOLE | {"v": 2}), "version 2"),
        (json.dumps(WHOLE | {"tier": "dev"}), "names no tier"),
        (json.dumps(WHOLE | {"tier": "PROD "}), "names no tier"),
        (json.dumps(WHOLE | {"oid": 1}), "lacks oid"),
        (json.dumps({"v": 1, "tier": "int"}), "lacks project, db, oid, sysid"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_half_a_marker_is_said_to_be_one(text, why):
    with pytest.raises(ValueError, match=why):
        parse_marker(text)


@pytest.mark.parametrize("text", [json.dumps(WHOLE | {"v": 2, "tier": "prod"}), "not ours", "{}"])
def test_a_marker_that_cannot_be_read_counts_as_unproven(text):
    reading = parse_reading(answer(marker=text))
    assert reading.problem
    assert not judge(reading, Circumstances("shop", Ceiling(Tier.STG))).allowed


@given(
    st.one_of(
        st.none(),
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(list(json.loads(answer()))), inner)
            ),
            max_leaves=8,
        ).map(json.dumps),
    )
)
def test_any_answer_at_all_is_a_reading_and_a_strange_one_a_problem(text):
    reading = parse_reading(text)
    assert isinstance(reading, Reading)
    assert reading.problem


def test_the_graver_of_two_witnesses_counts():
    schema, database = json.dumps(WHOLE), json.dumps(WHOLE | {"tier": "prod"})
    reading = parse_reading(answer(marker=schema, comments=[["shop", "1", database]]))
    assert reading.marker.tier is Tier.PROD
    assert parse_reading(answer(marker=database, comments=[["shop", "1", schema]])).marker.tier is Tier.PROD
    assert parse_reading(answer(comments=[["shop", "1", database]])).marker.tier is Tier.PROD


def test_another_databases_comment_is_no_witness_for_this_one_but_shows_the_cluster():
    reading = parse_reading(answer(comments=[["live", "9", json.dumps(WHOLE | {"tier": "prod", "db": "live"})]]))
    assert reading.marker is None
    assert reading.cluster_holds_prod


def test_other_peoples_comments_are_passed_over():
    reading = parse_reading(answer(comments=[["shop", "1", '{"tier": "gold"}'], ["x", "2", 'a "tier" of ours']]))
    assert (reading.comments, reading.marker, reading.problem) == ((), None, "")


@pytest.mark.parametrize("change", [{"db": "x"}, {"oid": "9"}, {"control": {"system_identifier": 9}}])
def test_a_marker_is_bound_to_name_oid_and_cluster(change):
    reading = parse_reading(answer(marker=json.dumps(WHOLE)))
    assert reading.bound
    assert not parse_reading(answer(marker=json.dumps(WHOLE), **change)).bound
    known = parse_reading(answer(comments=[["live", "9", json.dumps(WHOLE | {"tier": "prod", "db": "live"})]]))
    assert parse_reading(brief(marker=json.dumps(WHOLE))).beside(known).cluster_holds_prod
    assert parse_reading(brief(marker=json.dumps(WHOLE), **change)).beside(known) is None


def test_a_brief_answer_names_the_graver_of_two_witnesses_too_and_without_a_marker_it_does_not_do():
    int_, prod = json.dumps(WHOLE), json.dumps(WHOLE | {"tier": "prod"})
    known = parse_reading(answer())
    assert parse_reading(brief(marker=int_, comment=prod)).beside(known).marker.tier is Tier.PROD
    assert parse_reading(brief(comment=prod)).beside(known).marker.tier is Tier.PROD
    assert parse_reading(brief(comment="Main shop database")).beside(known) is None


def test_the_query_is_one_statement_whose_names_no_search_path_can_answer():
    assert ";" not in QUERY
    for name in ("json_build_object", "pg_database", "pg_control_system", "current_database", "pg_description"):
        assert QUERY.count(name) == QUERY.count(f"pg_catalog.{name}") >= 1
