"""Statements put together at random over the small database, and texts that have been damaged: for hypothesis.

A statement is a list of words, so that anything may stand between two of them.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

_TABLES = ("people", '"people"', "public.people", 'U&"peopl\\0065"', "orders", "spare", "other.people", "adults")
_BETWEEN = (" ", " ", "\n", "\t", " /* ; */ ", " -- DROP\n", "/**/", " /* /* a */ */ ", "\r\n", "\f")
_HARMLESS = (
    "1",
    "'DELETE FROM people'",
    "now()",
    "lower('A')",
    "$$;$$",
    "E'\\''",
    "NULL",
    "U&'\\0041'",
    "1 + 1",
    "'{}'::jsonb",
)
_EFFECTS = (
    "wipe()", "public.wipe()", 'U&"wip\\0065"()', "nextval('tickets')", "setval('tickets', 5)", "lo_create(0)",
    "other.lower('x')", "1 @#@ 2", "pg_current_xact_id()", "set_config('default_transaction_read_only', 'off', false)",
    "set_config('session_replication_role', 'replica', true)", "lo_unlink(4242)", "lo_put(4242, 0, 'x')",
)  # fmt: skip
_SETTINGS = (
    "SET default_transaction_read_only = off", "SET LOCAL default_transaction_read_only TO 'of'", "RESET ALL",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET application_name = 'x'", "SET row_security = off",
    "SET ROLE differ_owner", "SET session_replication_role = replica", "CLOSE ALL", "SHOW work_mem", "LISTEN a",
    "RESET default_transaction_read_only", "SET SESSION AUTHORIZATION differ_owner", "DISCARD TEMP", "NOTIFY a",
)  # fmt: skip
_DEFINITIONS = (
    "TRUNCATE items", "DROP TABLE items", "DROP VIEW adults", "ALTER TABLE spare DROP COLUMN note",
    "DROP SCHEMA other CASCADE",
    "ALTER TABLE spare ADD x int", "CREATE TABLE fresh (id int)", "CREATE VIEW fresh AS SELECT 1",
    "GRANT SELECT ON people TO PUBLIC",
    "ALTER ROLE differ_owner SUPERUSER", "CREATE INDEX ON people (age)", "COMMENT ON TABLE people IS 'x'",
    "LOCK TABLE people",
    "DROP FUNCTION wipe()", "ALTER SEQUENCE tickets RESTART", "REFRESH MATERIALIZED VIEW totals", "CALL tidy()",
    "DO $$ BEGIN DELETE FROM people; END $$", "DROP OWNED BY differ_owner", "ANALYZE people", "CREATE ROLE differ_new",
    "ALTER TABLE people DISABLE TRIGGER USER", "CREATE TEMP TABLE fresh (id int)", "REINDEX TABLE spare",
    "SELECT * INTO fresh FROM people", "SELECT 1 INTO TEMP fresh", "CREATE UNLOGGED TABLE fresh AS TABLE people",
)  # fmt: skip

_table = st.sampled_from(_TABLES)
_value = st.one_of(st.sampled_from(_HARMLESS), st.sampled_from(_HARMLESS), st.sampled_from(_EFFECTS))
_value = st.one_of(
    _value,
    _value.map(lambda one: f"coalesce(NULL, ({one})::text)"),
    _value.map(lambda one: f"CASE WHEN true THEN ({one})::text END"),
    _value.map(lambda one: f"(SELECT ({one})::text)"),
    _value.map(lambda one: f"ARRAY[({one})::text]"),
    _value.map(lambda one: f"greatest(NULL, ({one})::text)"),
)
_plain_condition = st.sampled_from(
    ("true", "1=1", "id = 1", "id IS NOT NULL", "id = id", "NOT false", "EXISTS (SELECT 1)", "id < 3", "false")
)
_condition = st.one_of(
    _plain_condition,
    _value.map(lambda one: f"({one}) IS NOT NULL"),
    st.tuples(_plain_condition, st.sampled_from(("AND", "OR")), _plain_condition).map(" ".join),
)
_where = st.one_of(st.just([]), _condition.map(lambda one: ["WHERE", one]))


@st.composite
def selects(draw):
    """Draw a SELECT, which may lock rows or call what writes."""
    value, table = draw(_value), draw(_table)
    words = draw(
        st.sampled_from(
            (
                ["SELECT", value],
                ["SELECT", value, "AS a FROM", table],
                ["SELECT 1 AS a FROM", table, "WHERE", f"({value}) IS NULL"],
                ["SELECT 1 AS a FROM", table, "ORDER BY", f"({value})::text"],
                ["SELECT * FROM", table, ", LATERAL (SELECT", value, ") l"],
                ["VALUES (1, (", value, ")::text)"],
                ["SELECT id FROM", table, "WHERE id = 1 FOR UPDATE"],
                ["SELECT 1 UNION ALL SELECT 2 WHERE", f"({value}) IS NULL"],
                ["TABLE", table],
                ["SELECT count(*) FROM", table, "HAVING", f"({value}) IS NULL"],
            )
        )
    )
    return list(words)


@st.composite
def changes(draw):
    """Draw an INSERT, UPDATE, DELETE or MERGE."""
    table, where, value = draw(_table), draw(_where), draw(_value)
    returning = draw(st.sampled_from(([], ["RETURNING 1 AS a"])))
    return draw(
        st.sampled_from(
            (
                ["DELETE FROM", table, *where, *returning],
                ["UPDATE", table, "SET id = id", *where, *returning],
                ["UPDATE spare SET note =", f"({value})::text", *where],
                ["INSERT INTO spare VALUES (1, (", value, ")::text)", *returning],
                ["INSERT INTO spare SELECT 1, (", value, ")::text FROM", table],
                ["MERGE INTO spare s USING (VALUES (1)) t (id) ON", draw(st.sampled_from(("true", "s.id = t.id"))),
                 "WHEN MATCHED THEN", draw(st.sampled_from(("DELETE", "UPDATE SET note = 'x'")))],
            )
        )
    )  # fmt: skip


@st.composite
def statements(draw):
    """Draw one statement: plain, with CTEs, or in a statement that runs another."""
    inner = draw(st.one_of(selects(), changes()))
    ctes = draw(st.lists(st.one_of(selects(), changes()), max_size=2))
    if ctes:
        named = [[f"c{n} AS", "(", *one, ")", ","] for n, one in enumerate(ctes)]
        words = [word for one in named for word in one][:-1]
        inner = ["WITH", *draw(st.sampled_from(([], ["RECURSIVE"]))), *words, *inner]
    name = draw(st.sampled_from("pqrstu"))
    around = (
        ["EXPLAIN"], ["EXPLAIN ANALYZE"], ["EXPLAIN (COSTS off, ANALYZE)"], ["EXPLAIN (ANALYZE false)"],
        ["EXPLAIN (ANALYZE 0, ANALYZE 1)"], [f"PREPARE {name} AS"], [f"DECLARE {name} CURSOR FOR"],
        [f"CREATE TABLE {name} AS"], [f"CREATE VIEW {name} AS"], [f"CREATE MATERIALIZED VIEW {name} AS"],
    )  # fmt: skip
    return draw(
        st.one_of(
            st.just(inner),
            st.just(inner),
            st.sampled_from(around).map(lambda words: [*words, *inner]),
            st.just(["COPY", "(", *inner, ")", "TO STDOUT"]),
            st.just([f"PREPARE {name} AS", *inner, f"; EXECUTE {name}"]),
            st.just([f"DECLARE {name} CURSOR FOR", *inner, f"; FETCH ALL {name}"]),
            st.sampled_from(_SETTINGS + _DEFINITIONS).map(str.split),
        )
    )


@st.composite
def texts(draw):
    """Draw what is sent: one to three statements, with anything between their words, in any letters."""
    several = draw(st.lists(statements(), min_size=1, max_size=3))
    letters = draw(st.sampled_from((str, str, str.lower, str.title, str.swapcase)))
    gaps = draw(st.lists(st.sampled_from(_BETWEEN), min_size=1, max_size=4))
    sent, place = "", 0
    for words in several:
        for word in words:
            sent += letters(word) if word.isupper() and word.replace(" ", "").isalpha() else word
            sent += gaps[place % len(gaps)]
            place += 1
        sent += ";"
    return sent


_WORD = re.compile(rb"\w+|\s+|[^\w\s]")
_MARKS = (
    b";",
    b"'",
    b'"',
    b"--",
    b"/*",
    b"*/",
    b"$$",
    b"(",
    b")",
    b"%s",
    b"\\",
    b"\0",
    b"\xff",
    b" OR true ",
    b" true ",
)


def damaged(originals):
    """Draw one of these texts, as bytes: words of it were cut, doubled, overwritten, or taken from another text."""
    texts_as_words = [_WORD.findall(one.encode()) for one in originals]

    @st.composite
    def draw_one(draw):
        words = list(draw(st.sampled_from(texts_as_words)))
        for _ in range(draw(st.integers(1, 2))):
            start = draw(st.integers(0, len(words)))
            end = min(len(words), start + draw(st.integers(0, 3)))
            part, other = words[start:end], draw(st.sampled_from(texts_as_words))
            place = draw(st.integers(0, len(other)))
            words[start:end] = draw(
                st.sampled_from(
                    (
                        [],
                        part + part,
                        [*part, draw(st.sampled_from(_MARKS))],
                        [draw(st.binary(max_size=3)), *part],
                        other[place : place + 5],
                        [b";", *other, b";", *part],
                        [b"(", *other, b")"],
                    )
                )
            )
        return b"".join(words)

    return draw_one()
