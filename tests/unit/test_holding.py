"""What a person is asked about before it is committed, and what goes on: values in, a judgement out."""

import json
import os
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.model import Operation
from tierguard.process.holding import counting
from tierguard.process.holding.counting import Change, Count
from tierguard.process.holding.dialog import Dialog
from tierguard.process.holding.judging import describe, judge
from tierguard.process.holding.rules import find_objection
from tierguard.process.holding.serving import write_line
from tierguard.process.standing import Budget
from tierguard.statements.classifying import classify
from tierguard.statements.effects import Act, Hold

DELETE = Act(Operation.WRITE, "DELETE", writes=(("people",),))
NAMED = Change("public.people", deleted=3, named=True)
UNNAMED = Change("public.orders", deleted=6)


@pytest.mark.parametrize(
    ("acts", "changes", "reason"),
    [
        ([DELETE], [NAMED], ""),
        ([DELETE], [], ""),
        ([DELETE], [NAMED, UNNAMED], "public.orders is changed without being named"),
        ([DELETE], [Change("public.away", named=True, known=False)], "how many of its rows is unknown"),
        ([Act(Operation.BULK_WRITE, "DELETE", every_row=True)], [NAMED], "DELETE reaches every row"),
        ([Act(Operation.BULK_WRITE, "DELETE", every_row=True)], [], ""),
        ([Act(Operation.DDL, "CREATE VIEW")], [], "CREATE VIEW changes definitions"),
        ([Act(Operation.ADMIN, "GRANT")], [], "GRANT changes who may do what"),
        ([Act(Operation.DESTROY, "DROP TABLE")], [], "DROP TABLE loses data"),
        ([Act(Operation.DDL, "CREATE TABLE", temporary=True), DELETE], [NAMED], ""),
        ([Act(Operation.OPAQUE, "SELECT", hold=Hold.BEYOND)], [], "acts outside of the database"),
        ([Act(Operation.OPAQUE, "DO")], [], ""),
        ([Act(Operation.OPAQUE, "DO")], [UNNAMED], "public.orders is changed without being named"),
    ],
)
def test_what_a_person_has_to_see(acts, changes, reason):
    judgement = judge(acts, Count(tuple(changes)))
    assert (judgement.unasked is None) == bool(reason)
    assert reason in "; ".join(judgement.reasons)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CREATE TABLE shop.visits (id int)", "CREATE TABLE shop.visits"),
        ("CREATE INDEX ON visits (id)", "CREATE INDEX visits"),
        ("ALTER TABLE people ADD COLUMN x int", "ALTER TABLE people"),
        ("DROP TABLE a, b", "DROP TABLE a, b"),
        ("GRANT SELECT ON people TO public", "GRANT"),
    ],
)
def test_what_changes_definitions_is_shown_with_its_name(sql, named):
    (line,) = describe(classify(sql).acts, Count(definitions=True))
    assert line.strip().startswith(named)


def test_definitions_that_no_statement_explains_are_shown():
    opaque, temporary = Act(Operation.OPAQUE, "DO"), Act(Operation.DDL, "CREATE TABLE", temporary=True)
    changed = Count(definitions=True)
    assert judge([opaque], changed).reasons == ("definitions change",)
    assert judge([opaque, temporary], changed).reasons == ("definitions change",)
    assert judge([temporary], changed).reasons == ()
    assert judge([], changed, answered=True).reasons == ()
    assert judge([opaque], changed, answered=True).reasons == ("definitions change",)


def test_what_is_shown_says_how_much_of_what():
    shown = describe(
        [DELETE, Act(Operation.OPAQUE, "DO")],
        Count((Change("public.people", 1, 2, 24_472, named=True), UNNAMED, Change("public.away", known=False))),
    )
    assert [" ".join(line.split()) for line in shown] == [
        "public.people at most 1 inserted, 2 updated, 24,472 deleted",
        "public.orders at most 6 deleted (no statement names it: a foreign key or a trigger)",
        "public.away an unknown number of rows (a foreign table)",
    ]


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "DELETE FROM a WHERE b = 1; COMMIT",
            "ROLLBACK; DELETE FROM a WHERE b = 1",
            "BEGIN; SELECT 1",
            "SELECT 1; END",
        ),
        *("COMMIT AND CHAIN", "ROLLBACK AND CHAIN", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'"),
        *("ROLLBACK PREPARED 'x'", "SET default_transaction_read_only = off", "RESET ALL", "DISCARD ALL", "CLOSE ALL"),
        *("SET TRANSACTION READ WRITE", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET ROLE boss"),
        *("SET transaction_read_only = 0", "DROP DATABASE shop", "RESET default_transaction_read_only"),
        *(
            "BEGIN READ WRITE; DELETE FROM a; COMMIT",
            "CLOSE tierguard_hold",
            "SET tierguard.newest = 5",
            "VACUUM a; DELETE FROM a WHERE b = 1",
        ),
    ],
)
def test_what_a_person_never_sends_on_prod(sql):
    assert find_objection(classify(sql)) is not None


@pytest.mark.parametrize(
    "sql",
    [
        *("SELECT 1", "DELETE FROM a WHERE b = 1", "BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION"),
        *(
            "COMMIT",
            "END",
            "ROLLBACK",
            "SAVEPOINT a",
            "RELEASE a",
            "ROLLBACK TO a",
            "SET search_path = a",
            "CLOSE mine",
        ),
        *("SET LOCAL statement_timeout = 5", "BEGIN READ ONLY", "SET TRANSACTION READ ONLY", "SELECT 1; SELECT 2", ""),
    ],
)
def test_what_a_person_may_send_on_prod(sql):
    assert find_objection(classify(sql)) is None


CHANGES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 20), max_size=3)


@given(st.integers(0, 30), st.lists(st.one_of(CHANGES, st.tuples(st.integers(0, 30), st.sets(st.sampled_from("abc"))))))
def test_no_more_rows_go_on_than_were_allowed(rows, steps):
    budget, allowed, spent = Budget(rows), rows, 0
    for step in steps:
        if isinstance(step, dict):
            spent += sum(step.values()) if budget.spend(step) else 0
        else:
            budget.extend(step[0], frozenset(step[1]))
            allowed += step[0]
        assert spent <= allowed


def test_rows_that_were_allowed_for_a_table_are_spent_on_no_other():
    budget = Budget(2)
    budget.extend(5, frozenset({"a"}))
    assert not budget.spend({"b": 3})
    assert budget.spend({"a": 5, "b": 2})
    assert not budget.spend({"a": 1})


def test_forked_processes_share_what_goes_on_unasked():
    budget = Budget(10)
    results = []
    for _ in range(4):
        reading, writing = os.pipe()
        if not (child := os.fork()):
            os.write(writing, b"1" if budget.spend({"a": 4}) else b"0")
            os._exit(0)
        os.waitpid(child, 0)
        results.append(os.read(reading, 1))
        os.close(reading)
        os.close(writing)
    assert results == [b"1", b"1", b"0", b"0"]


def test_a_question_that_is_given_up_ends():
    def read_for_ever(stop):
        os.read(stop, 1)
        raise TimeoutError

    with Dialog(read_for_ever) as dialog:
        assert not dialog.wait(0)
        dialog.give_up()
        with pytest.raises(TimeoutError):
            _ = dialog.answer
    with Dialog(lambda _: "typed yes") as dialog:
        assert dialog.answer == "typed yes"


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=3, max_size=3))
def test_what_a_savepoint_left_in_the_counters_is_taken_off(numbers):
    before, now, gone = ({7: tuple(each)} for each in numbers)
    summed = counting.add(gone, now, less=before)[7]
    assert summed == tuple(g + max(0, n - b) for g, n, b in zip(gone[7], now[7], before[7], strict=True))
    told = json.dumps({"rows": [[7, "public", "people", "r", "p", *(g + 1 for g in summed), True]]})
    assert counting.read_count(told, {7: summed}).changes == (Change("public.people", 1, 1, 1, named=True),)


@pytest.mark.parametrize(("known", "named"), list(product([True, False], repeat=2)))
def test_rows_and_tables_that_are_nobodys_business_are_left_out(known, named):
    kind = "r" if known else "f"
    rows = [
        [1, "public", "people", kind, "p", 0, 0, 1, named],
        [2, "pg_temp_3", "scratch", "r", "t", 5, 5, 5, True],
        [3, "public", "untouched", "r", "p", 0, 0, 0, named],
        [4, "pg_catalog", "pg_class", "r", "p", 1, 0, 0, False],
        [5, "pg_catalog", "pg_largeobject", "r", "p", 1, 0, 0, False],
    ]
    count = counting.read_count(json.dumps({"rows": rows}), {})
    assert {change.name for change in count.changes} == {"public.people", "large objects"}
    assert count.definitions


@pytest.mark.parametrize("lost", [["people.nickname", "notes"], ['"user".full_name'], ['billing."Old notes"']])
def test_the_line_that_a_revision_is_told_to_write_can_be_pasted(lost):
    written = {}
    exec(write_line("destroys", lost).partition(": ")[2], written)  # noqa: S102 - our own line
    assert written["destroys"] == lost
