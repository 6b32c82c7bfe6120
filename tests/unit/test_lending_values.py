"""What is handed down, as values: how long, how many rows, and what is said about it on the socket."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding.selection import choose
from tierguard.deciding.terms import LONGEST, Identity, Loan, parse_duration
from tierguard.model import Authority, Context, Operation, Outcome, Request, Tier
from tierguard.process.lending import wire
from tierguard.process.lending.account import Account

LOAN = Loan(Operation.READ, "app/prod", "", Identity("1", "2", "shop"), 7, "12:00")
ASKED = Request(argument=Tier.PROD)


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1), ("90m", 5400), ("8h", LONGEST), ("480m", LONGEST)])
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "8", "h", "0s", "8h1s", "9h", "28801s", "1d", "-1h", "1.5h", " 1h", "1H", "٣h", "1h\n"]
)
def test_another_duration_is_refused_and_the_allowed_ones_are_named(text):
    with pytest.raises(ValueError, match="at most 8h"):
        parse_duration(text)


@given(st.text())
def test_no_text_gives_more_than_the_longest(text):
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert 0 < seconds <= LONGEST


def test_commits_of_ten_rows_are_stopped_by_one_account():
    account = Account(10)
    assert [account.spend({"public.a": 10}) for _ in range(500)].count(True) == 1
    assert account.spent == 10


def test_what_a_person_added_is_for_its_tables_alone_and_is_spent_first():
    account = Account(10)
    account.extend(5, frozenset({"public.a"}))
    assert not account.spend({"public.b": 11})
    assert account.spend({"public.a": 8})
    assert account.rows == 7
    assert not account.spend({"public.a": 8})
    assert account.spend({"public.b": 7})
    assert not account.spend({"public.a": 1})


changes = st.dictionaries(st.sampled_from("abc"), st.integers(0, 20), max_size=3)


@given(
    st.integers(0, 50), st.lists(changes), st.lists(st.tuples(st.integers(1, 9), st.frozensets(st.sampled_from("abc"))))
)
def test_never_more_than_what_was_allowed(rows, asked, more):
    account = Account(rows)
    for number, tables in more:
        account.extend(number, tables)
    granted = [one for one in asked if account.spend(one)]
    assert account.spent == sum(sum(one.values()) for one in granted) <= rows + sum(number for number, _ in more)
    assert account.rows >= 0


@given(st.binary(max_size=200))
def test_garbage_is_no_message(line):
    try:
        message = wire.decode(line)
    except ValueError:
        return
    assert message["v"] == wire.VERSION


@pytest.mark.parametrize(
    "line",
    [b"", b"null", b"[]", b"{}", b'{"v":2}', b'{"v":"1"}', b"[" * 60_000, b" " * (wire.LONGEST + 1), b"\xff\xfe"],
)
def test_what_is_not_of_this_version_is_no_message(line):
    with pytest.raises(ValueError, match="message"):
        wire.decode(line)


def test_a_message_is_one_line():
    line = wire.encode({"text": "one\ntwo"})
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"text": "one\ntwo", "v": 1}


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("app/prod +20", 20),
        ("app/prod +20 order 17", 20),
        ("app/prod", 0),
        ("app/prod 20", 0),
        ("+20", 0),
        ("no +20x", 0),
    ],
)
def test_more_rows_are_what_a_person_typed_behind_the_name(typed, rows):
    assert wire.read_more(typed) == rows


def test_what_is_handed_down_takes_the_place_of_a_person():
    choice = choose(Context(loan=LOAN), ASKED)
    assert (choice.outcome, choice.tier, choice.rule) == (Outcome.ALLOW, Tier.PROD, "R6")
    assert (choice.authority, choice.loan) == (Authority.PERSON, LOAN)


@pytest.mark.parametrize(
    ("context", "rule"),
    [({"agent": "codex"}, "R7"), ({"ci": True}, "R7"), ({"tests": "pytest"}, "R1")],
)
def test_it_moves_no_agent_no_ci_and_no_test(context, rule):
    choice = choose(Context(loan=LOAN, **context), ASKED)
    assert (choice.outcome, choice.rule) == (Outcome.REFUSE, rule)


@pytest.mark.parametrize("more", [{"loan": LOAN}, {"lapsed": "its time is over"}])
def test_beside_it_a_servers_environment_counts_for_less(more):
    assert choose(Context(production_mode=True), ASKED).authority is Authority.SERVER
    assert choose(Context(production_mode=True, **more), ASKED).authority is not Authority.SERVER


def test_why_it_does_not_count_is_said():
    lapsed = Context(lapsed="its time is over")
    assert "its time is over" in choose(lapsed, ASKED).reason
    asked = choose(Context(terminal=True, lapsed="its time is over"), ASKED)
    assert asked.outcome is Outcome.CONFIRM
    assert "its time is over" in asked.notices[0]


def test_a_service_takes_none():
    assert choose(Context(loan=LOAN), Request(prod=True, service=True)).tier is Tier.STG
