"""Checks over the state of the tiers: they say of a database only what was looked at."""

from dataclasses import replace

import pytest
from support.facts import GOOD, at, facts

from tierguard.checks import identity, migrations, pooler, shared_database, urls
from tierguard.databases.state import TierState
from tierguard.model import Finding, Level, Tier

INT, STG, PROD = (replace(GOOD, marker=tier, oid=str(tier.rank)) for tier in Tier)
REFUSED = replace(GOOD, fill=None, proof="unmarked", oid="9")  # by the gate: only its marker was read
DOWN = TierState(configured=True, contacted=True, error="it does not answer", error_rule="server-missing")
UNSET = TierState(contacted=True)
EVERY = (identity.check, migrations.check, shared_database.check, urls.check)


@pytest.mark.parametrize("check", EVERY)
def test_three_good_tiers_need_no_word(tmp_path, check):
    assert check(facts(tmp_path, {"int": INT, "stg": STG, "prod": PROD})) == []
    assert check(facts(tmp_path, {"int": INT, "stg": STG, "prod": TierState(configured=True)})) == []


def behind(tier, here, newest="b"):
    message = f"{tier.label} is at migration {here}, the newest is {newest}."
    return Finding("migration-behind", Level.ERROR, message, "Run the migration there before it is released.", tier)


@pytest.mark.parametrize(
    ("applied", "newest", "here", "there"),
    [
        ((), ("b",), "none", "b"),
        (("a",), ("b",), "a", "b"),
        (("b", "c"), ("b",), "b, c", "b"),
        (("a",), (), "a", "none"),
    ],
)
def test_a_tier_that_is_not_at_the_newest_migration_is_an_error(tmp_path, applied, newest, here, there):
    states = {
        "int": replace(INT, fill=at(newest), heads=newest),
        "stg": replace(STG, fill=at(applied), heads=newest),
    }
    assert migrations.check(facts(tmp_path, states)) == [behind(Tier.STG, here, there)]


def test_each_tier_that_is_behind_is_named(tmp_path):
    states = {"int": replace(INT, fill=at(())), "stg": replace(STG, fill=at(("a",)))}
    assert migrations.check(facts(tmp_path, states)) == [behind(Tier.INT, "none"), behind(Tier.STG, "a")]


@pytest.mark.parametrize("state", [REFUSED, DOWN, UNSET])
def test_the_migration_of_a_database_that_was_not_looked_into_is_unknown(tmp_path, state):
    assert migrations.check(facts(tmp_path, {"int": replace(state, heads=("b",))})) == []


def test_prod_is_behind_until_the_release(tmp_path):
    assert migrations.check(facts(tmp_path, {"prod": replace(PROD, fill=at(("a",)))})) == []


def test_several_heads_are_one_error_wherever_the_tiers_are(tmp_path):
    found = Finding("migration-heads", Level.ERROR, "The migrations have several heads: b, c.", "alembic merge heads")
    states = {"int": replace(UNSET, heads=("b", "c")), "stg": replace(STG, heads=("b", "c"), fill=at(()))}
    assert migrations.check(facts(tmp_path, states)) == [found]


def test_a_project_without_migrations_is_at_its_newest(tmp_path):
    assert migrations.check(facts(tmp_path, {"int": replace(INT, heads=(), fill=at(()))})) == []


@pytest.mark.parametrize("level", [Level.ERROR, Level.WARNING])
def test_what_the_gate_found_is_a_finding_under_the_name_of_its_tier(tmp_path, level):
    found = Finding("unmarked", level, "x holds data", "stamp it")
    states = {"int": INT, "stg": replace(REFUSED, finding=found)}
    expected = Finding("unmarked", level, "STG: x holds data", "stamp it", Tier.STG)
    assert identity.check(facts(tmp_path, states)) == [expected]


@pytest.mark.parametrize("proof", ["bound", "pinned", "empty"])
def test_what_the_gate_has_nothing_against_is_none(tmp_path, proof):
    assert identity.check(facts(tmp_path, {"int": replace(INT, proof=proof, marker=None)})) == []


def shared(one, other):
    message = f"{one.label} and {other.label} are the same database."
    hint = "Give each tier its own; a reset of one would be a reset of both."
    return Finding("tiers-share-database", Level.ERROR, message, hint, f"{one}, {other}")


def test_two_tiers_with_one_cluster_and_oid_are_one_database(tmp_path):
    states = {"int": INT, "stg": replace(STG, oid=INT.oid), "prod": PROD}
    assert shared_database.check(facts(tmp_path, states)) == [shared(Tier.INT, Tier.STG)]


def test_it_also_shows_where_the_gate_refuses_one_of_them(tmp_path):
    states = {"int": replace(REFUSED, oid=PROD.oid), "prod": PROD}
    assert shared_database.check(facts(tmp_path, states)) == [shared(Tier.INT, Tier.PROD)]


def test_three_tiers_in_one_database_are_three_pairs(tmp_path):
    states = {tier: replace(INT, marker=tier) for tier in Tier}
    pairs = [shared(Tier.INT, Tier.STG), shared(Tier.INT, Tier.PROD), shared(Tier.STG, Tier.PROD)]
    assert shared_database.check(facts(tmp_path, states)) == pairs


@pytest.mark.parametrize(
    "other",
    [
        replace(STG, cluster="72", oid=INT.oid),  # the first databases of two new clusters
        replace(DOWN, cluster=INT.cluster, oid=INT.oid),
        STG,
    ],
)
def test_another_cluster_another_oid_or_no_answer_is_none(tmp_path, other):
    assert shared_database.check(facts(tmp_path, {"int": INT, "stg": other})) == []


def test_two_databases_that_do_not_say_what_they_are_are_not_one(tmp_path):
    silent = TierState(configured=True, contacted=True, reachable=True, proof="unreadable")
    assert shared_database.check(facts(tmp_path, {"int": silent, "stg": silent})) == []


def missing(what, tier=Tier.STG, level=Level.WARNING):
    hint = "Set it in .env or in the environment."  # an example is named only where there is one
    return Finding("setting-missing", level, f"{tier.label}: {what}.", hint, tier)


def test_a_missing_url_is_a_warning_and_a_missing_prod_a_note(tmp_path):
    whole = [missing("INT_URL is not set", Tier.INT), missing("STG_URL is not set")]
    whole.append(missing("LIVE_URL is not set", Tier.PROD, Level.INFO))
    assert urls.check(facts(tmp_path, dict.fromkeys(Tier, UNSET))) == whole
    assert urls.check(facts(tmp_path, dict.fromkeys(Tier, UNSET), environ={"INT_URL": ""})) == whole


@pytest.mark.parametrize("rule", ["server-missing", "setting-mismatch", "ambient-variable"])
def test_why_a_tier_could_not_be_looked_at_is_an_error_under_its_own_id(tmp_path, rule):
    states = {"int": INT, "stg": replace(DOWN, error_rule=rule)}
    expected = Finding(rule, Level.ERROR, "STG: it does not answer", "", Tier.STG)
    assert urls.check(facts(tmp_path, states)) == [expected]


PARTS = '[databases.default]\nint.url = "INT_URL"\nstg.parts = { host = "STG_HOST", password = "STG_PASSWORD" }\n'


def test_of_a_url_in_parts_only_those_that_are_missing_are_named(tmp_path):
    states = {"stg": UNSET}
    assert urls.check(facts(tmp_path, states, table=PARTS, environ={"STG_HOST": "h"})) == [
        missing("STG_PASSWORD is not set")
    ]
    assert urls.check(facts(tmp_path, states, table=PARTS)) == [missing("STG_HOST, STG_PASSWORD are not set")]


def test_a_tier_that_the_configuration_gives_no_source_is_said_to_have_none(tmp_path):
    table = '[databases.default]\nint.url = "INT_URL"\nprod = {}\n'
    found = urls.check(facts(tmp_path, {"prod": UNSET}, table=table))
    assert found == [missing("no source is configured", Tier.PROD, Level.INFO)]


def test_a_tier_behind_a_pooler_is_a_note(tmp_path):
    behind = replace(STG, place="pool:6432/shop", fill=replace(STG.fill, pooled=True))
    found = pooler.check(facts(tmp_path, {"int": INT, "stg": behind, "prod": UNSET}))
    message = "STG at pool:6432/shop is reached through a pooler: connections are judged when they are made."
    hint = "If it may be pointed elsewhere, give PROD its own roles, or judge each transaction."
    assert found == [Finding("pooler", Level.INFO, message, hint, Tier.STG)]


def test_a_database_of_another_name_is_called_by_it(tmp_path):
    made = facts(tmp_path, {"int": INT})
    both = replace(made, databases={"default": {Tier.INT: INT}, "w": {Tier.INT: INT, Tier.STG: INT}})
    assert [one.message for one in shared_database.check(both)] == [
        "INT and STG of w are the same database.",
        "INT of w and STG of w are the same database.",
    ]
