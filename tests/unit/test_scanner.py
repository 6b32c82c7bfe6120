"""A text is divided as PostgreSQL divides it: what it takes for code is never hidden in a string or a comment."""

import pytest

from tierguard.statements.scanner import AS_STANDARD, scan


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT E'a'\n'b\\' ' ; DROP TABLE people; --'",
        "SELECT E'a' -- it goes on\n  'b\\' ' ; DROP TABLE people; --'",
        "SELECT 1 AS \u00a0$$; DROP TABLE people; --$$",
        "SELECT 1 AS \U0001f600$$; DROP TABLE people; --$$",
        "SELECT 1 AS a$$; DROP TABLE people; --$$",
        "SELECT $1$$ ' $$; DROP TABLE people; --'",
        "SELECT /* /* */ ' */ 1; DROP TABLE people; --'",
        "SELECT 1 -- '\r; DROP TABLE people; --'",
    ],
)
def test_what_is_code_is_seen(sql):
    assert "drop" in [token.word for token in scan(sql, AS_STANDARD)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT E'a'\n'b\\'; DROP TABLE people; --'",
        "SELECT $a$ $b$; DROP TABLE people; $a$",
        "SELECT $\u00e9$; DROP TABLE people; $\u00e9$",
        "SELECT 'a''; DROP TABLE people; --'",
        'SELECT "a""; DROP TABLE people; --"',
        "SELECT 1 /* a /* b */ DROP TABLE people */",
    ],
)
def test_what_is_text_is_not(sql):
    assert "drop" not in [token.word for token in scan(sql, AS_STANDARD)]
