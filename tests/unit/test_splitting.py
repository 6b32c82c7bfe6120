"""A script's statements, told apart by PostgreSQL's own grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.statements.splitting import split


def test_statements_are_told_apart_and_numbered_by_line():
    script = "SELECT 'ü;';\n\n/* ; */ DELETE FROM t\n WHERE a = $$;$$;;\n-- the end\nSELECT 3\n"
    assert split(script) == (
        ("SELECT 'ü;'", 1),
        ("/* ; */ DELETE FROM t\n WHERE a = $$;$$", 3),
        ("-- the end\nSELECT 3", 5),
    )
    assert split(" -- nothing\n") == ()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("SELECT 1;\n\\i other.sql\n", r'line 2: .*"\\"'),
        ("SELECT :name", "line 1: "),
        ("SELECT 1;\n\nSELECT\0", "line 3 has a NUL"),
        ("SELECT '\ud800'", "line 1 is not UTF-8"),
        ("SELECT " + "(" * 50_000, "nests too deep"),
        ("SELECT 1;\nDELET FROM t;", "line 2: "),
    ],
)
def test_what_cannot_be_read_says_where(script, told):
    with pytest.raises(ValueError, match=told):
        split(script)


STATEMENT = st.sampled_from(["SELECT 'a;b'", "DELETE FROM ü", "SELECT $x$;$x$ -- ;", "/* ; */ TABLE t", 'SELECT ";"'])


@given(st.lists(STATEMENT, max_size=6), st.sampled_from([";\n", " ;\n\n"]))
def test_a_script_is_its_statements(statements, end):
    script = "".join(f"{one}\n{end}" for one in statements)
    parts = split(script)
    assert [part.text for part in parts] == statements
    lines = script.split("\n")
    assert all(lines[part.line - 1].startswith(part.text.split("\n")[0]) for part in parts)
