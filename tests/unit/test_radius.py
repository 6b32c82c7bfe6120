"""A plan as a person reads it, and as a consent is bound to it."""

import dataclasses

import pytest

from tierguard.errors import TierguardError
from tierguard.process.admission import Answer
from tierguard.process.radius import Fate, Plan, Reached, Tree, survey
from tierguard.process.radius.asking import split_types
from tierguard.process.radius.showing import count_of, size
from tierguard.statements.classifying import classify


def table(name, parent=-1, **more):
    facts = {"kind": "table", "fate": Fate.DROPPED, "rows": 7, "exact": True, "bytes": 8192, "stored": True} | more
    return Reached(hash(name) % 10_000, name=name, parent=parent, **facts)


def lines(*reached, width=76, **more):
    return Plan((Tree("DROP TABLE", reached=reached, **more),)).lines(width)


def test_a_tree_is_indented_and_says_what_everything_is_and_holds():
    view = Reached(2, "view", "active", Fate.DROPPED, "reads it", 0)
    key = Reached(3, "foreign key", "fk on orders", Fate.DROPPED, "refers by user_id", 0)
    below = Reached(4, "view", "of_view", Fate.DROPPED, "reads it", 1)
    assert lines(table("people", indexes=2), view, key, below, cascade=True, beside=("orders",)) == (
        "DROP TABLE CASCADE",
        "  table people: dropped, 7 rows, 8 kB, 2 indexes",
        "    view active: reads it",
        "      view of_view: reads it",
        "    foreign key fk on orders: refers by user_id",
        "  Together: 1 table, 2 views, 1 foreign key, 7 rows, 8 kB",
        "  Locked meanwhile, and keeping their rows: orders",
    )


def test_an_estimate_is_about_and_what_nobody_knows_is_said():
    shown = lines(table("a", exact=False, rows=1_200_000), table("b", rows=None, bytes=None, note="it is locked"))
    assert shown[1] == "  table a: dropped, about 1,200,000 rows, 8 kB"
    assert shown[2] == "  table b: dropped, rows unknown, it is locked"
    assert shown[3] == "  Together: 2 tables, about 1,200,000 rows and those of 1 table, 8 kB"


def test_a_long_list_is_shortened_and_nothing_is_lost_from_its_sum():
    shown = lines(table("top", rows=0), *(table(f"t{n}", 0, bytes=n, rows=1) for n in range(47)))
    assert "    table t46: 1 row, 46 bytes" in shown
    assert shown[-2] == "    and 37 more: 37 tables, 37 rows, 666 bytes"
    assert shown[-1] == "  Together: 48 tables, 47 rows, 9.1 kB"
    assert len(shown) == 14


def test_five_thousand_things_and_a_thousand_levels_are_a_screen():
    wide = [table(f"t{n}") for n in range(5000)]
    deep = [table(f"v{n}", n - 1) for n in range(1000)]
    for reached in (wide, deep, [*wide, *(table(f"x{n}", n % 5000) for n in range(9000))]):
        assert len(lines(*reached)) < 60
    assert "and 994 more: 994 tables, 6,958 rows, 7.8 MB" in " ".join(lines(*deep))


@pytest.mark.parametrize("width", [40, 76, 120])
def test_no_line_is_wider_than_asked_whatever_things_are_called(width):
    name = "schema." + "ü" * 63 + ' " ' * 30
    shown = lines(table(name), Reached(1, "view", "x" * 300, Fate.DROPPED, "y" * 200, 0), width=width)
    assert max(map(len, shown)) <= width


def test_a_name_cannot_write_to_the_terminal_or_begin_a_line():
    shown = "\n".join(lines(table("a\x1b[2J\nDROP\u202e"), missing=("b\rc",), beside=("d\x07",)))
    assert not {"\x1b", "\r", "\x07", "\u202e"} & set(shown)
    assert "\nDROP" not in shown
    assert r"\u001b" in shown


def test_the_digest_is_the_plans():
    plan = Plan((Tree("DROP TABLE", reached=(table("a"), table("b"))),), frozenset({1, 2}))
    again = Plan((Tree("DROP TABLE", reached=(table("b"), table("a"))),), frozenset({2, 1}))
    assert plan.digest == again.digest
    assert len(plan.digest) == 64
    (tree,) = plan.trees
    others = [
        dataclasses.replace(tree, verb="TRUNCATE"),
        dataclasses.replace(tree, cascade=True),
        dataclasses.replace(tree, reached=(table("a"),)),
        dataclasses.replace(tree, reached=(table("a"), table("b", rows=70))),
        dataclasses.replace(tree, reached=(table("a"), table("b", rows=None))),
        dataclasses.replace(tree, missing=("c",)),
    ]
    digests = {plan.digest, *(Plan((other,), plan.locks).digest for other in others)}
    digests.add(Plan(plan.trees, frozenset({1})).digest)
    assert len(digests) == len(others) + 2


def test_rows_that_come_while_a_person_reads_do_not_change_what_they_agree_to():
    few, more = (Plan((Tree("TRUNCATE", reached=(table("a", rows=rows),)),)) for rows in (7_100, 7_131))
    assert few.digest == more.digest


def test_what_reads_is_not_asked_about_and_what_names_nothing_is_said():
    for text, said in [
        ("SELECT 1; TABLE people", []),
        ("CREATE TABLE new (id int)", ["CREATE TABLE", "  makes new"]),
        ("DO $$BEGIN END$$", ["DO", "  nobody can tell from the text what its code does"]),
    ]:
        with pytest.raises(StopIteration) as end:
            next(survey(classify(text).acts))
        assert list(end.value.value.lines()) == said


def test_a_catalogue_that_cannot_be_read_is_an_error_and_not_an_empty_plan():
    exchange = survey(classify("DROP TABLE people").acts)
    next(exchange)
    with pytest.raises(TierguardError, match="cannot be looked up: canceling"):
        exchange.send(Answer(None, "canceling statement due to statement timeout", "57014"))


def test_the_question_has_nothing_that_a_driver_takes_for_a_placeholder():
    for text in ("DROP TABLE a", "DROP OWNED BY a", "TRUNCATE a CASCADE", "DROP FUNCTION f(int)", "VACUUM FULL"):
        assert "%" not in next(survey(classify(text).acts))


@pytest.mark.parametrize("name", ["a'b", "a\\'b", 'a"b', "{roots}", "{class}", "{children}", "a;b--", "$$"])
def test_a_name_stays_a_name_in_the_question(name):
    quoted = '"' + name.replace('"', '""') + '"'
    question = next(survey(classify(f"DROP TABLE {quoted}").acts))
    (act,) = classify(question).acts
    assert act.operation == "read"


def test_types_are_divided_at_their_own_commas():
    assert split_types('integer, numeric(10, 2), "a,b"[]') == ("integer", "numeric(10, 2)", '"a,b"[]')
    assert split_types("") == ()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 kB"),
        (1500, "1.5 kB"),
        (20 * 1024**2, "20 MB"),
        (3 * 1024**4, "3.0 TB"),
    ],
)
def test_a_size_is_read_by_people(number, words):
    assert size(number) == words


def test_nouns_have_a_plural():
    assert [count_of(2, noun) for noun in ("index", "policy", "foreign key", "table")] == [
        "2 indexes",
        "2 policies",
        "2 foreign keys",
        "2 tables",
    ]
