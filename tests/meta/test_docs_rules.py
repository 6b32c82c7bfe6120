"""Every id that the code can show has a page under docs/rules/, and every page's id is in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
SOURCES = sorted([*(ROOT / "src/tierguard").rglob("*.py"), *(ROOT / "app").rglob("*.py")])
# Calls that take an id as a positional argument: where it stands, and what is put in front of it.
PLACES = {
    "Finding": (0, ""),
    "Rule": (0, ""),
    "_never": (0, ""),
    "Decision": (1, ""),
    "_go": (2, ""),
    "_stop": (2, ""),
    "end": (2, ""),
    "Choice": (2, ""),
    "Fault": (3, "audit-"),
    "Entry": (5, ""),
}
SECTIONS = ("## What it means", "## The evidence", "## What to do")


def strings(node):
    """Give the string constants that ``node`` can be; an f-string over a tier stands for the lower two."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    if isinstance(node, ast.Tuple):
        return strings(node.elts[0])
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        prefix = node.values[0].value
        return {f"{prefix}int", f"{prefix}stg"} if prefix.endswith("above-") else set()
    return set()


def ids_of(tree, name):
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found |= _ids_of_call(node, name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            first = target.elts[0] if isinstance(target, ast.Tuple) else target
            if getattr(first, "id", "") == "rule":
                found |= strings(node.value)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and _is_ruling(node.elts[0]):
            found |= strings(node.elts[1])
    return {one for one in found if one}


def _ids_of_call(node, name):
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    place, prefix = PLACES.get(called, (None, ""))
    if name == "continuity.py" and called == "Discrepancy":
        place, prefix = 0, "audit-"
    found = {text for keyword in node.keywords if keyword.arg == "rule" for text in strings(keyword.value)}
    if place is not None and len(node.args) > place:
        found |= {f"{prefix}{text}" for text in strings(node.args[place])}
    return found


def _is_ruling(node):
    return isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Ruling"


def used_ids():
    return {one for path in SOURCES for one in ids_of(ast.parse(path.read_text()), path.name)}


def page_ids():
    return {path.stem for path in PAGES.glob("*.md")} - {"README"}


def test_every_id_of_the_code_has_a_page():
    assert sorted(used_ids() - page_ids()) == []


def test_every_page_is_about_an_id_of_the_code():
    assert sorted(page_ids() - used_ids()) == []


def test_the_ids_that_everything_rests_on_are_among_those_collected():
    assert {"R1", "R9", "above-int", "above-stg", "copy-of-prod", "prod-never-reset", "stray-task", "audit-edited"} <= (
        used_ids()
    )


def test_ids_are_short_words_that_can_be_typed():
    assert [one for one in sorted(used_ids()) if not re.fullmatch(r"R\d|[a-z]+(-[a-z]+)*", one)] == []


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.md")), ids=lambda path: path.stem)
def test_a_page_says_what_it_means_the_evidence_and_what_to_do(path):
    text = path.read_text()
    if path.stem == "README":
        listed = set(re.findall(r"^\| \[([\w-]+)\]\(([\w-]+)\.md\)", text, re.MULTILINE))
        assert listed == {(one, one) for one in page_ids()}
        return
    assert text.startswith(f"# {path.stem}\n")
    places = [text.find(section) for section in SECTIONS]
    assert places == sorted(places)
    assert -1 not in places


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.md")), ids=lambda path: path.stem)
def test_a_page_never_tells_how_to_switch_the_protection_off(path):
    assert not re.search(r"disable|skip the check|turn off|--force|bypass", path.read_text(), re.IGNORECASE)
