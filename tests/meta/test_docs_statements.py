"""The page of statements says what classify says, and the list of harmless functions is what a server says."""

import importlib.util
import re
from pathlib import Path

import pytest

import tierguard
from tierguard.statements.effects import GRAVITY
from tierguard.statements.harmless import HARMLESS, OPERATORS
from tierguard.statements.notable import EXTENSIONS, GRAVE, VOLATILE_READS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/statements.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| .*? \| (.*) \|$", PAGE, re.MULTILINE)
EXAMPLES = [(sql, level) for level, cell in ROWS for sql in re.findall(r"`([^`]+)`", cell)]


def generator():
    spec = importlib.util.spec_from_file_location("functions", ROOT / "docs" / "functions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_has_every_level_in_order():
    assert [level for level, _ in ROWS] == [level.value for level in GRAVITY]


@pytest.mark.parametrize(("sql", "level"), EXAMPLES)
def test_an_example_is_of_its_level(sql, level):
    assert tierguard.classify(sql).gravest == level


def test_the_first_example_is_what_it_says():
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    names = {"tierguard": tierguard, "Operation": tierguard.Operation}
    exec("\n".join(code.splitlines()[:3]), names)  # noqa: S102 - the page's own lines
    said = re.findall(r"^(effects\S+) +# (.*?)(?:: .*)?$", code, re.MULTILINE)
    assert len(said) == 4
    for expression, value in said:
        assert eval(expression, names) == eval(value, names), expression  # noqa: S307 - the page's own lines


def test_what_is_called_harmless_is_so_on_a_server(int_cluster):
    rows = int_cluster.admin(generator().QUERY)
    operators = {name for (name,) in int_cluster.admin(generator().OPERATORS)}
    volatile = {name for name, changes, _ in rows if changes == "1"} - VOLATILE_READS
    known = {name for name, _, _ in rows}
    assert len(known & HARMLESS) > 1_500
    assert known - volatile - HARMLESS <= {*GRAVE, *generator().NOT_HARMLESS}
    assert not volatile & HARMLESS
    assert operators <= OPERATORS
    assert not HARMLESS & set(GRAVE)
    assert not EXTENSIONS & set(GRAVE)


def test_every_call_of_a_server_that_changes_anything_is_no_read(int_cluster):
    rows = int_cluster.admin("SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND prokind = 'f'")
    called = {name for (name,) in rows if tierguard.classify(f'SELECT "{name}"(1)').gravest == "read"}
    assert called <= VOLATILE_READS | EXTENSIONS
