"""No text is too much for the classifier: it is bounded in front of the parser, which would crash."""

import sys

import pytest
from support.child import environment, run

from tierguard import Operation, classify
from tierguard.statements import classifying
from tierguard.statements.bounding import LONGEST, is_bounded
from tierguard.statements.effects import Hold

# What stands before, again and again, in the middle, and again and again behind.
NESTS = {
    "operators": ("SELECT ", "1+", "1", ""),
    "signs": ("SELECT ", "- ", "a", ""),
    "brackets": ("SELECT ", "(", "1", ")"),
    "sub-selects": ("SELECT ", "(SELECT ", "1", ")"),
    "NOT": ("SELECT ", "NOT ", "true", ""),
    "UNION": ("SELECT 1", " UNION SELECT 1", "", ""),
    "CASE": ("SELECT ", "CASE WHEN ", "true", " THEN true END"),
    "CASE results": ("DELETE FROM a WHERE ", "CASE WHEN true THEN ", "x", " ELSE y END"),
    "JOIN": ("SELECT * FROM a", " CROSS JOIN b", "", ""),
    "calls": ("SELECT ", "f(", "1", ")"),
    "windows": ("SELECT ", "sum(", "1", ") OVER (ORDER BY 1)"),
    "elements": ("SELECT ", "xmlelement(name a, ", "1", ")"),
    "FROM": ("", "SELECT * FROM (", "SELECT 1", ") x"),
    "casts": ("SELECT 1", "::int", "", ""),
    "CAST": ("SELECT ", "CAST(", "1", " AS int)"),
    "arrays": ("SELECT ", "ARRAY[[", "1", "]]"),
    "IN": ("SELECT ", "1 IN (", "1", ")"),
    "WITH": ("", "WITH a AS (", "SELECT 1", ") SELECT 1"),
    "negations": ("DELETE FROM a WHERE ", "NOT (", "x", ")"),
    "AND and OR": ("DELETE FROM a WHERE ", "(a=1 AND (b=2 OR ", "x", "))"),
    "EXISTS": ("DELETE FROM a WHERE ", "EXISTS (SELECT 1 FROM b WHERE ", "x", ")"),
    "IN the same": ("DELETE FROM a WHERE ", "id IN (SELECT id FROM a WHERE ", "true", ")"),
    "coalesce": ("DELETE FROM a WHERE ", "coalesce(", "x", ")"),
    "BETWEEN": ("SELECT ", "x BETWEEN 1 AND NOT ", "true", ""),
    "LIKE": ("SELECT ", "a LIKE b ESCAPE NOT ", "true", ""),
    "SIMILAR TO": ("SELECT ", "a SIMILAR TO NOT ", "true", ""),
    "DISTINCT": ("SELECT ", "a IS DISTINCT FROM NOT ", "b", ""),
    "OPERATOR": ("SELECT 1", " OPERATOR(pg_catalog.+) 1", "", ""),
    "COLLATE": ("SELECT a", ' COLLATE "C"', "", ""),
    "AT TIME ZONE": ("SELECT a", " AT TIME ZONE b", "", ""),
    "rows": ("SELECT ", "ROW(ROW(", "1", "))"),
    "comments": ("SELECT /* x */ ", "1+", "1", ""),
    "strings": ("SELECT ')', E'\\')', $$)$$, \")\", ", "1+", "1", ""),
    "all of it": ("DELETE FROM a WHERE ", "(1+1+CASE WHEN NOT ", "true", " THEN 1 END)"),
}
PROGRAM = f"""
import threading
from tierguard.statements.bounding import is_bounded
from tierguard.statements.classifying import classify

def read():
    for name, (before, again, middle, behind) in {NESTS!r}.items():
        deepest, beyond = 1, 301
        while beyond - deepest > 1:
            tried = (deepest + beyond) // 2
            is_in = is_bounded(before + again * tried + middle + behind * tried)
            deepest, beyond = (tried, beyond) if is_in else (deepest, tried)
        shallow = classify(before + again * 15 + middle + behind * 15).problem
        classify(before + again * deepest + middle + behind * deepest)
        print(name, deepest < 301, shallow or "read", sep=": ")
        classify(before + again * 2_000 + middle + behind * 2_000)

threading.stack_size(128 * 1024)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


def test_the_deepest_that_is_let_through_is_parsed_in_the_smallest_stack():
    done = run([sys.executable, "-c", PROGRAM], env=environment())
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert done.stdout.splitlines() == [f"{name}: True: read" for name in NESTS]


def test_a_long_list_is_read():
    rows = ", ".join(["(%s, %s, '(((', -1, 1 + 2)"] * 5_000)
    effects = classify(f"INSERT INTO people VALUES {rows}")
    assert (effects.problem, effects.gravest) == ("", Operation.WRITE)
    effects = classify(f"SELECT * FROM people WHERE id IN ({', '.join(map(str, range(20_000)))})")
    assert (effects.problem, effects.gravest) == ("", Operation.READ)
    assert classify(f"SELECT {' AND '.join(['a.b <> -1'] * 2_000)}").gravest is Operation.READ


def test_long_strings_do_not_make_a_text_too_long():
    picture = "ab" * 1_000_000
    assert classify(f"INSERT INTO pictures VALUES (1, '\\x{picture}'::bytea)").acts[0].writes == (("pictures",),)
    assert classify(f"SELECT $x${picture}$x$; DROP TABLE people").gravest is Operation.DESTROY
    assert classify(f"SELECT E'{picture}\\''; DROP TABLE people; --'").gravest is Operation.DESTROY
    assert classify(f"SELECT 1 AS \N{GRINNING FACE}$$; DROP TABLE people; --{picture}$$").gravest is Operation.DESTROY


@pytest.mark.parametrize(
    ("sql", "gravest", "hold"),
    [
        ("{}", Operation.OPAQUE, Hold.TRANSACTION),
        ("{}; DROP TABLE people", Operation.DESTROY, Hold.EXCLUSIVE),
        ("DROP TABLE people; {}", Operation.DESTROY, Hold.EXCLUSIVE),
        ("ALTER TABLE people ADD x int DEFAULT {}", Operation.DDL, Hold.EXCLUSIVE),
        ("CREATE INDEX CONCURRENTLY ON people ({})", Operation.DDL, Hold.ALONE),
        ("{}; /* x */ Drop -- y\n DATABASE x", Operation.DROP_DATABASE, Hold.ALONE),
        ("{}; GRANT ALL ON people TO x", Operation.ADMIN, Hold.EXCLUSIVE),
        ("{}; ALTER ROLE x SUPERUSER", Operation.ADMIN, Hold.EXCLUSIVE),
        ("COPY ({}) TO PROGRAM 'x'", Operation.ADMIN, Hold.BEYOND),
        ("SELECT 'DROP TABLE people', {}", Operation.OPAQUE, Hold.TRANSACTION),
    ],
)
@pytest.mark.parametrize("much", ["(" * 500 + "1" + ")" * 500, "1 1 1"])
def test_what_cannot_be_read_is_judged_by_its_words(sql, gravest, hold, much):
    effects = classify(sql.format(much))
    assert effects.problem
    assert (effects.gravest, effects.acts[0].hold) == (gravest, hold)


def test_a_text_that_is_too_long_is_judged_by_its_words_to_its_end():
    effects = classify(f"SELECT {'1, ' * (LONGEST // 3)} 1; /* x */ Drop -- y\n DATABASE x")
    assert "too long" in effects.problem
    assert effects.gravest is Operation.DROP_DATABASE


def test_what_cannot_be_read_and_ends_the_transaction_loosens():
    assert classify("SELECT 1 1 1; COMMIT").acts[0].loosens
    assert classify("CLOSE tierguard_hold; SELECT 1 1 1").acts[0].loosens
    assert not classify("SELECT 1 1 1 AS commit").acts[0].loosens


def test_nul_is_said_plainly():
    effects = classify("SELECT 1\0; DROP TABLE people")
    assert "NUL" in effects.problem
    assert effects.gravest is Operation.DESTROY


@pytest.mark.parametrize(
    "sql", [b"SELECT 'caf\xe9'", "SELECT 'caf\ud800'", bytearray(b"SELECT 1"), memoryview(b"SELECT 1")]
)
def test_bytes_and_half_characters_are_read(sql):
    assert classify(sql).gravest is Operation.READ


def test_a_backslash_in_a_character_of_another_encoding_is_not_trusted():
    assert classify(b"SELECT E'\x95\\'; DROP TABLE people; --'").gravest is not Operation.READ


def test_only_text_is_a_statement():
    with pytest.raises(TypeError, match="not int"):
        classify(3)


def test_a_string_of_another_class_is_read_as_what_it_is():
    class Words(str):
        __slots__ = ()

        def __str__(self):
            return "SELECT 1"

        def __contains__(self, _part):
            return False

    assert classify(Words("DROP TABLE people")).gravest is Operation.DESTROY


def test_memory_is_bounded_and_passwords_are_not_kept():
    classifying._seen.clear()
    classifying._seen_long.clear()
    for number in range(classifying._KEPT + 20):
        classify(f"SELECT {number}")
    for number in range(classifying._KEPT_LONG + 3):
        classify(f"SELECT '{'x' * classifying._SHORT}', {number}")
    classify("ALTER ROLE x PASSWORD 'secret'")
    classify("ALTER ROLE x PASSWORD 'secret' y y")
    assert (len(classifying._seen), len(classifying._seen_long)) == (classifying._KEPT, classifying._KEPT_LONG)
    assert not any("secret" in sql for sql in [*classifying._seen, *classifying._seen_long])
    assert classify("SELECT 1019") is classify("SELECT 1019")


def test_the_parser_is_loaded_only_when_a_text_is_classified():
    program = (
        "import sys, tierguard; one = 'pgparse' in sys.modules; tierguard.classify; two = 'pgparse' in sys.modules; "
        "tierguard.classify('SELECT 1'); print(one, two, 'pgparse' in sys.modules)"
    )
    assert run([sys.executable, "-c", program], env=environment()).stdout == "False False True\n"


def test_depth_is_counted_where_words_and_signs_nest_alone():
    assert is_bounded("SELECT " + ", ".join(["a + b * c - d"] * 1_000))
    assert is_bounded("SELECT 'x" + "(" * 1_000 + "'")
    assert is_bounded("INSERT INTO x VALUES " + ", ".join(["(1, 'a', 2)"] * 1_000))
    assert not is_bounded("SELECT " + "(1 + " * 100 + "1" + ")" * 100)
    assert not is_bounded("SELECT /* a /* b */ c */ " + "1 + " * 400 + "1")


def test_what_stands_in_the_strings_of_a_long_statement_is_not_taken_for_its_words():
    rows = ", ".join(f"('a drop in the ocean, grant me {number}')" for number in range(20_000))
    assert classify(f"INSERT INTO notes VALUES {rows}").gravest is Operation.OPAQUE
    assert classify(f"INSERT INTO notes VALUES {rows}; DROP TABLE notes").gravest is Operation.DESTROY
    hidden = f"/* /* */ ' */ DROP TABLE notes; /* ' */ INSERT INTO notes VALUES {rows}"
    assert classify(hidden).gravest in {Operation.DESTROY, Operation.ADMIN}


def test_a_block_of_code_is_as_grave_as_a_drop_in_it():
    assert classify("DO $$ BEGIN EXECUTE 'DROP TABLE notes'; END $$").gravest is Operation.DESTROY
    assert classify("DO $$ BEGIN DROP/**/TABLE notes; END $$").gravest is Operation.DESTROY
    assert classify("DO $$ BEGIN ALTER TABLE a DROP CONSTRAINT b; END $$").gravest is Operation.OPAQUE


def test_depth_is_not_hidden_by_a_string_that_goes_on_in_the_next_line():
    goes_on = "SELECT E'a'\n'b\\' ', " + "1 + " * 400 + "1, '"
    assert not is_bounded(goes_on)
