"""The comparison of two runs sees what is different, whatever it is."""

import pytest
from foreign import comparison

PASSED = '<testcase classname="tests.test_one" name="test_a"/>'
FAILED = '<testcase classname="tests.test_one" name="test_a"><failure message="no"/></testcase>'
SKIPPED = '<testcase classname="tests.test_one" name="test_a"><skipped/></testcase>'
ENDED_BADLY = '<testcase classname="tests.test_one" name="test_a"><error message="at its end"/></testcase>'
OTHER = '<testcase classname="tests.test_one" name="test_b"/>'


@pytest.fixture
def outcomes(tmp_path):
    """Return the outcomes of a run that left these test cases."""

    def read(name, *cases):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "results.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
        return comparison.read(folder)

    return read


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([FAILED, OTHER], "failure"),
        ([SKIPPED, OTHER], "skipped"),
        ([ENDED_BADLY, OTHER], "error"),
        ([PASSED, ENDED_BADLY, OTHER], "error and passed"),
        ([OTHER], "not run"),
    ],
)
def test_a_planted_difference_is_found_in_either_direction(outcomes, cases, said):
    bare, gated = outcomes("bare", PASSED, OTHER), outcomes("gated", *cases)
    name = "tests.test_one::test_a"
    assert comparison.differences(bare, gated) == [f"{name}: passed without the gate, {said} with it"]
    assert comparison.differences(gated, bare) == [f"{name}: {said} without the gate, passed with it"]


def test_what_is_the_same_is_no_difference_and_is_counted(outcomes):
    bare, gated = (outcomes(name, FAILED, OTHER) for name in ("bare", "gated"))
    assert comparison.differences(bare, gated) == []
    assert comparison.count(bare) == {"failure": 1, "passed": 1}


def test_an_address_in_a_name_is_nothing_that_differs(outcomes):
    names = ("object at 0x7f0a12345678", "object at 0x7f0b87654321")
    bare, gated = (outcomes(name[-8:], OTHER.replace("test_b", name)) for name in names)
    assert comparison.differences(bare, gated) == []


def test_a_run_that_left_nothing_has_no_test(tmp_path):
    assert comparison.read(tmp_path) == {}
