"""Statements that nobody wrote, composed and damaged ones: no crash, and no verdict weaker than what the server did."""

import pytest
from hypothesis import HealthCheck, given, settings
from support.composing import damaged, texts
from support.observing import StatementError
from support.statement_files import every_fixture
from support.weighing import weigh

from tierguard.model import Operation
from tierguard.statements.classifying import classify

QUICK = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
# What reaches out of the database is not damaged and then run: nobody knows where it would reach.
_OUT = ("PROGRAM", "terminate", "cancel", "slot", "lo_export", "lo_import", "dblink", "TO '/", "FROM '/")
_FAMILIES = frozenset({"alone", "beyond", "administration", "undecidable"})
_SAFE = [
    one.bound() for one in every_fixture() if one.family not in _FAMILIES and not any(word in one.sql for word in _OUT)
]


def try_out(text, laboratory):
    """Judge a text, run it, and compare."""
    effects = classify(text)
    try:
        seen = laboratory.observe(text)
    except StatementError:
        return
    assert weigh(effects, seen) == [], f"{text!r}: {effects.gravest}, {[act.verb for act in effects.acts]}"


@QUICK
@given(text=texts())
def test_composed_statements_are_judged_no_weaker_than_they_are(newer, text):
    try_out(text, newer)


@QUICK
@given(text=damaged(_SAFE))
def test_damaged_statements_are_judged_no_weaker_than_they_are(newer, text):
    try_out(text, newer)


@pytest.mark.soak
@LONG
@given(text=texts())
def test_many_composed_statements(laboratory, text):
    try_out(text, laboratory)


@pytest.mark.soak
@LONG
@given(text=damaged(_SAFE))
def test_many_damaged_statements(laboratory, text):
    try_out(text, laboratory)


def test_what_cannot_be_read_is_never_a_read():
    for text in (b"SELECT 1\0; DELETE FROM people", b"\xff\xfe", "SELECT " + "(" * 100_000, "x" * 11_000_000):
        assert classify(text).gravest != Operation.READ
