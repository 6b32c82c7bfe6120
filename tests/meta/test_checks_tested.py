"""Every check is run, and every finding that it can give is compared whole in a test of findings."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tierguard import checks

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src/tierguard/checks"
TESTS = sorted((ROOT / "tests/unit").glob("test_checks_*.py"))
NO_CHECKS = {"__init__", "facts"}


def ids_of(text):
    """Return the ids of the findings that a file makes; one that is passed on from elsewhere is no literal."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    first = [node.args[0] for node in calls if getattr(node.func, "id", "") == "Finding"]
    return {node.value for node in first if isinstance(node, ast.Constant)}


COMPARED = set().union(*(ids_of(path.read_text()) for path in TESTS))
MODULES = sorted(path for path in FOLDER.glob("*.py") if path.stem not in NO_CHECKS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_finding_of_a_check_is_compared_in_a_test(path):
    assert ids_of(path.read_text()) <= COMPARED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_check_is_run_and_tested(path):
    module = f"tierguard.checks.{path.stem}"
    assert module in {check.__module__ for check in (*checks.CHECKS, *checks.RELEASE)}
    assert [test for test in TESTS if _imports(test, path.stem)]


def _imports(test, name):
    for node in ast.walk(ast.parse(test.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == f"tierguard.checks.{name}" or (node.module == "tierguard.checks" and name in names):
                return True
    return False


def test_the_ids_of_the_checks_are_found():
    found = set().union(*(ids_of(path.read_text()) for path in MODULES))
    assert {"ambient-variable", "dotenv-tracked", "migration-heads", "tiers-share-database", "uncommitted"} <= found


def test_a_finding_that_no_test_compares_is_noticed():
    assert ids_of('Finding("x-y", 1)\nFinding(state.rule, 2)\nother("z")') == {"x-y"}
    assert "x-y" not in COMPARED
