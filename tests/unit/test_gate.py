"""The gate: what a connection may do after the database answered, and what is said and recorded about it."""

import json
from dataclasses import replace
from datetime import date

import pytest

from tierguard.deciding.marker import Marker
from tierguard.errors import IdentityMismatch, IdentityRefused, TierRefused
from tierguard.evidence.config import parse
from tierguard.model import Ceiling, Context, Hearsay, Tier
from tierguard.process.admission import read
from tierguard.process.chosen import Process
from tierguard.process.gate import Gate, inspecting
from tierguard.testing import MemorySink

URLS = {
    "TEST_DATABASE_URL": "postgresql://shop:Zq7secret@127.0.0.1:5432/shop",
    "STG_DATABASE_URL": "postgresql://shop:Zq7secret@127.0.0.1:5432/shop_stg",
    "DATABASE_URL": "postgresql://shop:Zq7secret@db.example.org:5432/shop",
}
HERE = {"host": "127.0.0.1", "port": "5432", "dbname": "shop"}
LIVE = {"host": "db.example.org", "port": "5432", "dbname": "shop"}
SERVER = {"USE_PROD_DATABASE": "true"}, Context(production_mode=True)


def answer(marker=None, *, empty=False, address="127.0.0.1", **changes):
    row = {
        "db": "shop",
        "oid": "1",
        "control": {"system_identifier": 2},
        "comments": None,
        "user": "shop",
        "port": 5432,
        "version": 180000,
    }
    text = Marker(marker, "shop", "shop", "1", "2").render() if marker else None
    return json.dumps(
        row | {"marker": text, "address": address, "standby": False, "empty": empty, "databases": 1} | changes
    )


@pytest.fixture
def gate(tmp_path):
    def build(environ=None, context=None):
        config = parse({"project": "shop"}, tmp_path / "tierguard.toml")
        process = Process(config, URLS | (environ or {}), context or Context())
        process.recorder.sink = MemorySink()
        return Gate(process)

    return build


def events(gate):
    return [(e.event, e.decision, e.tier) for e in gate.process.recorder.sink.entries if e.event != "select"]


def test_a_proven_int_goes_on_and_is_recorded_once(gate, capsys):
    made = gate()
    for _ in range(3):
        made.examine(read(answer(Tier.INT)), HERE)
    assert events(made) == [("connect", "allow", "int")]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("tests", "url", "goes"),
    [
        ("", LIVE, True),  # adoption is no outage
        ("pytest", LIVE, False),  # it may be PROD, and a test run empties what it finds
        ("pytest", HERE | {"dbname": "shop_dev"}, True),
        ("pytest", HERE, True),
        ("manage.py test", LIVE | {"dbname": "postgres"}, False),
    ],
)
def test_adoption_tolerates_no_far_database_in_a_test_run(gate, tests, url, goes, capsys):
    made = gate(context=Context(tests=tests))
    made.process.config = replace(made.process.config, adopt_until=date.max)
    if goes:
        assert made.examine(read(answer(db=url["dbname"])), url).rule == "unmarked-tolerated"
        assert made.warnings[0].startswith("unmarked-tolerated: ")
    else:
        with pytest.raises(IdentityRefused, match=r"let INT's URL (\(TEST_DATABASE_URL\) )?lead to it"):
            made.examine(read(answer(db=url["dbname"])), url)
    assert "does not say which tier it is" in capsys.readouterr().err


def test_adoption_tolerates_in_a_test_run_where_ints_url_leads(gate, capsys):
    made = gate({"TEST_DATABASE_URL": URLS["DATABASE_URL"]}, Context(tests="pytest"))
    made.process.config = replace(made.process.config, adopt_until=date.max)
    assert made.examine(read(answer()), LIVE).allowed
    assert "unmarked-tolerated" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (Context(production_mode=True), True),
        (Context(production_mode=True, agent="codex"), False),
        (Context(production_mode=True, git_tree=True, hearsay=Hearsay(production_mode="X in .env")), False),
        (Context(), False),
    ],
)
def test_only_a_server_hears_of_what_a_server_needs(gate, context, told):
    with pytest.raises(IdentityMismatch) as caught:
        gate(context=context).examine(read(answer(Tier.PROD)), LIVE)
    assert ("two settings" in caught.value.hint) == told


@pytest.mark.parametrize(("tests", "goes"), [("", True), ("pytest", False)])
def test_adoption_does_not_trust_a_variable_that_every_tier_reads(gate, tmp_path, tests, goes):
    made = gate({"DATABASE_URL": URLS["DATABASE_URL"]}, Context(tests=tests))
    table = {"project": "shop", "adopt_until": date.max, "databases": {"default": {"url": "DATABASE_URL"}}}
    made.process.config = parse(table, tmp_path / "tierguard.toml")
    assert made.process.target().source == "DATABASE_URL"
    if goes:
        assert made.examine(read(answer()), LIVE).rule == "unmarked-tolerated"
    else:
        with pytest.raises(IdentityRefused):
            made.examine(read(answer()), LIVE)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({}, "USE_STG_DATABASE=true"),
        ({"flags": {"stg": "SHOP_STG"}}, "SHOP_STG=true"),
        ({"flags": {}, "request": "APP_ENV"}, "APP_ENV=stg"),
    ],
)
def test_the_advice_names_the_projects_own_way_to_ask_for_stg(gate, tmp_path, table, told, capsys):
    made = gate()
    made.process.config = parse({"project": "shop", **table}, tmp_path / "tierguard.toml")
    with pytest.raises(IdentityMismatch, match=told):
        made.examine(read(answer(Tier.STG)), HERE)
    assert told in capsys.readouterr().err


def test_prod_is_refused_to_int_every_time_and_said_once(gate, capsys):
    made = gate()
    for _ in range(3):
        with pytest.raises(IdentityMismatch, match="PROD"):
            made.examine(read(answer(Tier.PROD)), HERE)
    assert set(events(made)) == {("connect", "refuse", "prod")}
    assert [entry.detail.get("repeated") for entry in made.process.recorder.sink.entries[1:]] == [None, 1]
    assert capsys.readouterr().err.count("tierguard (above-int)") == 1


@pytest.mark.parametrize(("text", "problem"), [(None, ""), ("", ""), ("{}", ""), (None, "canceling statement")])
def test_what_does_not_answer_is_refused_to_int_and_served_to_prods_server(gate, text, problem, capsys):
    with pytest.raises(IdentityRefused):
        gate().examine(read(text, problem), HERE)
    verdict = gate(*SERVER).examine(read(text, problem), LIVE)
    assert verdict.allowed
    assert "not proven" in capsys.readouterr().err


def test_a_problem_is_recorded_without_its_secret(gate):
    made = gate()
    with pytest.raises(IdentityRefused):
        made.examine(read(None, "failed: postgresql://u:Zq7secret@h/d"), HERE)
    assert "Zq7" not in repr(made.process.recorder.sink.entries)


def test_prods_server_is_refused_a_proven_int_on_its_own_url_alone(gate):
    made = gate(*SERVER)
    made.process.choose()
    with pytest.raises(IdentityMismatch):
        made.examine(read(answer(Tier.INT)), LIVE)
    assert made.examine(read(answer(Tier.INT)), {**LIVE, "dbname": "other"}).allowed


def test_a_process_that_may_use_nothing_connects_nowhere(gate):
    with pytest.raises(TierRefused):
        gate({"USE_PROD_DATABASE": "true"}).examine(read(answer(Tier.INT)), HERE)


def test_looking_at_every_tier_is_for_our_own_tools_and_ends_with_the_block(gate):
    made = gate()
    with inspecting(Ceiling(Tier.STG)):
        assert made.examine(read(answer(Tier.STG)), HERE).allowed
        with pytest.raises(IdentityMismatch):
            made.examine(read(answer(Tier.PROD)), HERE)
    with pytest.raises(IdentityMismatch):
        made.examine(read(answer(Tier.STG)), HERE)


def test_a_tool_is_told_what_the_gate_saw_also_where_it_was_refused(gate, capsys):
    made = gate()
    with inspecting(Ceiling(Tier.STG), made.process.config.database()) as seen:
        with pytest.raises(IdentityMismatch):
            made.examine(read(answer(Tier.PROD)), HERE)
        assert (seen.verdict.rule, seen.reading.marker.tier, seen.parameters) == ("above-stg", Tier.PROD, HERE)
        assert made.examine(read(answer(Tier.INT)), HERE).rule == "lower-tier"  # the URL of STG is looked at
    assert events(made) == [("connect", "refuse", "prod"), ("connect", "allow", "int")]
    assert (capsys.readouterr().err, made.refusals) == ("", [])


def test_nothing_is_stamped_while_a_tool_looks(gate):
    made = gate()
    reading = read(answer(empty=True))
    with inspecting(Ceiling(Tier.INT), made.process.config.database()):
        verdict = made.examine(reading, HERE)
        assert verdict.stampable
        assert made.stamp_for(reading, verdict, HERE) == ""


def test_an_empty_local_database_is_stamped_as_what_was_chosen(gate):
    made = gate()
    reading = read(answer(empty=True))
    verdict = made.examine(reading, HERE)
    assert '"tier": "int"' in made.stamp_for(reading, verdict, HERE)
    assert ("stamp", "allow", "int") in events(made)


def test_what_is_full_far_away_or_taken_is_not_stamped(gate):
    made = gate()
    far = HERE | {"host": "10.0.0.9"}
    for text, place in (
        (answer(Tier.INT), HERE),
        (answer(empty=True, address="10.0.0.9"), far),
        (answer(empty=True, db="postgres"), HERE),
    ):
        reading = read(text)
        verdict = made.examine(reading, place)
        assert made.stamp_for(reading, verdict, place) == ""


def test_stg_stamps_only_the_selected_database_and_prod_none(gate):
    stg = gate({"USE_STG_DATABASE": "true"})
    stg.process.choose()
    elsewhere, selected = HERE | {"dbname": "scratch"}, HERE | {"dbname": "shop_stg"}
    reading = read(answer(empty=True))
    verdict = stg.examine(reading, elsewhere)
    assert stg.stamp_for(reading, verdict, elsewhere) == ""
    assert '"tier": "stg"' in stg.stamp_for(reading, verdict, selected)
    prod = gate(*SERVER)
    reading = read(answer(empty=True))
    verdict = prod.examine(reading, LIVE)
    assert prod.stamp_for(reading, replace(verdict, stampable=True), LIVE) == ""
