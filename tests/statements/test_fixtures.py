"""What the fixture statements are judged to be. ``fixtures/*.sql`` are the statements; a family is a file."""

import pytest
from support.confusion import GRAVE, LIGHT, confuse
from support.statement_files import every_fixture, families, parse, read_family

from tierguard.model import Operation
from tierguard.statements.classifying import classify
from tierguard.statements.effects import Act, Effects

EVERY = every_fixture()


def judging(operation, **more):
    return lambda _: Effects((Act(operation, "?", **more),))


@pytest.mark.parametrize("family", families())
def test_every_statement_of_the_family_is_judged_as_expected(family):
    confusion = confuse(read_family(family), classify)

    assert not confusion, str(confusion)


def test_nothing_grave_leaks_and_no_read_is_blocked():
    confusion = confuse(EVERY, classify)

    assert (confusion.leaks, confusion.blocked) == ((), ()), str(confusion)


def test_nothing_destructive_or_administrative_is_judged_a_read_or_a_write():
    judged = {str(one): classify(one.sql).gravest for one in EVERY if GRAVE.issuperset(one.operations)}

    assert {title: operation for title, operation in judged.items() if operation in LIGHT} == {}
    assert len(judged) > 100


def test_there_are_many_and_none_is_there_twice():
    assert len(EVERY) > 600
    assert len({str(one) for one in EVERY}) == len(EVERY)


def test_the_same_is_said_of_bytes():
    differing = [str(one) for one in EVERY if classify(one.sql.encode()) != classify(one.sql)]

    assert differing == []


def test_a_statement_is_read_with_all_that_is_said_of_it():
    header = '--- a title => write|opaque every_row writes:a.b,"c d" since:17 args:[1, "x"]'
    (one,) = parse("f", f"{header}\nSELECT %s\n  %s\n")

    assert one.operations == (Operation.WRITE, Operation.OPAQUE)
    assert one.names("writes") == {("a", "b"), ("c d",)}
    assert one.bound() == "SELECT 1\n  'x'"
    assert not one.is_for(16, {"plpgsql"})
    assert one.is_for(17, {"plpgsql"})


def test_an_unknown_word_in_a_header_is_refused():
    with pytest.raises(AssertionError, match="everyrow"):
        parse("f", "--- a title => write everyrow\nSELECT 1")


@pytest.mark.parametrize(
    ("header", "verdict", "where"),
    [
        ("destroy", judging(Operation.WRITE), "leaks"),
        ("destroy", judging(Operation.READ), "leaks"),
        ("read", judging(Operation.OPAQUE), "blocked"),
        ("write|opaque", judging(Operation.DDL), "others"),
        ("write", judging(Operation.WRITE, every_row=True), "others"),
        ("bulk_write every_row", judging(Operation.BULK_WRITE), "others"),
        ("destroy exclusive", judging(Operation.DESTROY), "others"),
        ("opaque loosens", judging(Operation.OPAQUE), "others"),
        ("read", judging(Operation.READ, loosens=True), "others"),
        ("write writes:people", judging(Operation.WRITE), "others"),
    ],
)
def test_a_wrong_verdict_is_found(header, verdict, where):
    confusion = confuse(parse("f", f"--- a title => {header}\nx"), verdict)

    assert [bool(getattr(confusion, what)) for what in ("leaks", "blocked", "others")] == [
        what == where for what in ("leaks", "blocked", "others")
    ]
    assert "a title" in str(confusion)
