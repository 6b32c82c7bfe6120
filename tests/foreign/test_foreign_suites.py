"""Suites of foreign libraries, from their published sources: with the gate every test comes out as without it."""

import sys

import pytest
from foreign import comparison
from foreign.runs import Runs
from foreign.suite import SUITES


@pytest.mark.soak
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_suite_notices_no_gate(suite, tmp_path, capsys):
    runs = Runs(suite, tmp_path)
    bare = runs.run("bare")
    assert not runs.judged()
    runs.gate()
    gated = runs.run("gated")
    different = comparison.differences(bare, gated)
    with capsys.disabled():
        sys.stdout.write(f"\n{comparison.row(suite.name, bare, different)}\n")
    assert comparison.count(bare)["passed"] >= suite.passing, runs.log("bare").read_text()[-5000:]
    assert runs.judged()
    assert not different, "\n".join([*different, runs.log("gated").read_text()[-5000:]])
