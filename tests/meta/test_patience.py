"""No test has a limit of its own, and none sleeps for luck."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from support import patience

TESTS = Path(__file__).parents[1]
WAITING = {
    "run",
    "check_output",
    "communicate",
    "wait",
    "join",
    "spawn",
    "get",
    "result",
    "expect",
    "wait_for",
    "Popen",
}
# What sleeps, or limits by a number, on purpose: the file, and what the line says.
ON_PURPOSE = {
    ("support/patience.py", "time."): "the one place that looks again and again",
    ("integration/test_audit_crash.py", "time.sleep(chance.random()"): "kills at any moment",
    ("integration/test_audit_append.py", "time.sleep(0.002)"): "is a slow disk",
    ("bypasses/refused/psycopg_reset_start.py", "time.sleep(0.01)"): "a loop that polls libpq, as its documents say",
    ("adapters/test_asyncpg_holding.py", "asyncio.sleep(0.01)"): "a loop that goes on while a person reads",
    ("adapters/test_holding_questions.py", "asyncio.sleep(0.01)"): "a loop that goes on while a person reads",
    ("unit/test_covers.py", "asyncio.sleep(0)"): "gives the turn to another task",
    ("adapters/test_asyncpg_holding.py", "asyncio.sleep(0)"): "gives the turn to another task",
    ("unit/test_holding.py", "dialog.wait(0)"): "a look, without waiting",
    ("adapters/test_psycopg_routes.py", "pool.wait(timeout=0.5)"): "the pool's own limit is what is tried",
}


def _is_number(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def suspects(source):
    """Give the line numbers of calls that sleep, measure time, or wait for a fixed number of seconds."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        limits = [one.value for one in node.keywords if one.arg == "timeout"]
        limits += node.args[:1] if name in {"wait", "communicate", "join"} else []
        if name in {"sleep", "monotonic"} or (name in WAITING and any(map(_is_number, limits))):
            yield node.lineno


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_a_test_waits_by_the_one_patience(path):
    source = path.read_text()
    lines = source.splitlines()
    allowed = [text for name, text in ON_PURPOSE if name == str(path.relative_to(TESTS))]
    found = [lines[number - 1].strip() for number in suspects(source)]
    wrong = [line for line in found if not any(text in line for text in allowed)]
    assert wrong == [], "take patience() or wait_until() of support.patience: a fixed limit breaks on a slow machine"


def test_what_is_allowed_on_purpose_is_still_there():
    assert [name for name, text in ON_PURPOSE if text not in (TESTS / name).read_text()] == []


@pytest.mark.parametrize("line", ["time.sleep(1)", "run(x, timeout=60)", "child.wait(20)", "get(url, timeout=5.0)"])
def test_a_fixed_limit_is_seen(line):
    assert list(suspects(line)) == [1]


def test_a_slow_machine_is_given_more_time(monkeypatch):
    monkeypatch.setattr(patience, "_measured", (-patience.FRESH, 1.0))
    monkeypatch.setattr(patience, "QUIET", 1e-4)
    assert patience.patience(10) > 100
    monkeypatch.setattr(patience, "_measured", (-patience.FRESH, 1.0))
    monkeypatch.setattr(patience, "QUIET", 1e4)
    assert patience.patience(10) == 10


def test_waiting_ends_with_what_was_found_or_with_what_is_wrong(monkeypatch):
    found = iter([0, 0, 7])
    assert patience.wait_until(lambda: next(found)) == 7
    monkeypatch.setattr(patience, "patience", lambda _: 0)
    with pytest.raises(AssertionError, match="the log says so"):
        patience.wait_until(lambda: False, lambda: "the log says so")
