"""Checks over the state of the tiers: they say of a database only what was looked at."""

from dataclasses import replace

import pytest

from tierguard.checks import identity, migrations
from tierguard.checks.facts import Facts
from tierguard.databases.state import TierState
from tierguard.model import Finding, Level, Tier

LOOKED_INTO = TierState(
    configured=True,
    reachable=True,
    marker=Tier.INT,
    proof="bound",
    heads=("b",),
    migrations=("b",),
    size=7,
)
REFUSED = {"migrations": (), "size": None, "proof": "unmarked"}


def look(check, **changes):
    state = replace(LOOKED_INTO, **changes)
    return [(found.id, found.level, found.message) for found in check(Facts(None, {Tier.INT: state}))]


@pytest.mark.parametrize("applied", [(), ("a",)])
def test_a_migration_that_is_behind_is_an_error(applied):
    ((found, level, message),) = look(migrations.check, migrations=applied)
    assert (found, level) == ("migration-behind", Level.ERROR)
    assert message.startswith(f"INT is at migration {''.join(applied) or 'none'}")


def test_the_migration_of_a_database_that_was_not_looked_into_is_unknown():
    assert look(migrations.check) == []
    assert look(migrations.check, **REFUSED) == []


@pytest.mark.parametrize("level", [Level.ERROR, Level.WARNING])
def test_what_the_gate_found_is_a_finding_and_a_pin_is_none(level):
    found = Finding("unmarked", level, "x holds data", "stamp it")
    assert look(identity.check, finding=found) == [("unmarked", level, "INT: x holds data")]
    for proof in ("bound", "pinned", "empty"):
        assert look(identity.check, proof=proof, marker=None) == []
