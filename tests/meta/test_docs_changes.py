"""Where a change goes: the files, the lists and the commits that the page names are there."""

import re
import subprocess

import pytest
from support.child import ROOT

PAGE = (ROOT / "docs/architecture/where-does-my-change-go.md").read_text()
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| a")]


def test_there_is_a_row_for_each_kind_of_change():
    kinds = {row[0].split(",")[0] for row in ROWS}
    assert {
        "a driver",
        "a statement rule",
        "a statement that is judged wrongly",
        "a check of `doctor`",
        "a command",
        "a sign of a coding agent",
        "an attack",
    } <= kinds
    assert len(ROWS) == 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:20])
def test_what_a_row_names_is_there(row):
    folder = re.search(r"`((?:src|tests)/[\w/]+)/NAME\.py`", row[1])
    assert folder is None or (ROOT / folder[1]).is_dir()
    for name, path in re.findall(r"`([A-Z]+)` in `([\w/.]+)`", row[2]):
        text = (ROOT / "src/tierguard" / path).read_text()
        assert re.search(rf"^{name}(: [^\n]+)? = ", text, re.MULTILINE), f"{path} has no {name}"


def git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:20])
def test_its_example_is_a_commit_of_this_history(row):
    if git("rev-parse", "--is-shallow-repository") != ["false"]:
        pytest.skip("this is no whole git history")
    found = git("log", "--format=%s", "--fixed-strings", f"--grep={row[3]}")
    assert [subject for subject in found if subject.startswith(row[3])]
