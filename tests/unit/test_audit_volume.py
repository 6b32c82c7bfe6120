"""Repeated entries are counted; the count is recorded; what cannot be recorded is not forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tierguard.audit import Volume
from tierguard.audit.volume import MINUTE, MOST_KINDS, SECOND
from tierguard.model import Entry, Location

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENTRY = Entry("select", tier="int", rule="R9")


class Log(list):
    """What was written, while it can be."""

    full = False

    def __call__(self, entry):
        if self.full:
            raise OSError(28, "No space left on device")
        self.append(entry)

    def counts(self):
        return [entry.detail.get("repeated", 0) for entry in self]


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def slow(log):
    return Volume(log, MINUTE)


@pytest.fixture
def prompt(log):
    return Volume(log, SECOND, prompt=True)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_the_first_is_written_at_once_and_the_others_are_counted(log, slow):
    for second in range(6):
        slow.admit(replace(ENTRY, reason=f"after {second} s"), at(second))
    assert log == [replace(ENTRY, reason="after 0 s")]
    slow.drain()
    assert log[1].detail == {
        "repeated": 5,
        "since": "2026-03-01T00:00:01+00:00",
        "until": "2026-03-01T00:00:05+00:00",
    }
    slow.drain()
    assert len(log) == 2


def test_a_minute_later_the_count_is_written_once(log, slow):
    for second in (0, 59, 61, 62):
        slow.admit(ENTRY, at(second))
    assert log.counts() == [0, 2]
    slow.drain()
    assert log.counts() == [0, 2, 1]


def test_what_is_urgent_is_written_the_first_time_the_second_time_and_then_each_second(log, prompt):
    for tenth in range(50):
        prompt.admit(ENTRY, at(tenth / 10))
    assert log.counts() == [0, 1, 10, 10, 10, 10]
    prompt.drain()
    assert sum(log.counts()) == 49


def test_different_entries_are_not_mixed(log, slow):
    others = [
        replace(ENTRY, tier="stg"),
        replace(ENTRY, rule="R8"),
        replace(ENTRY, target=Location(database="shop")),
        replace(ENTRY, detail={"id": "1"}),
    ]
    for one in (ENTRY, *others, ENTRY):
        slow.admit(one, NOW)
    assert log == [ENTRY, *others]
    slow.drain()
    assert log[len(others) + 1 :] == [replace(ENTRY, detail=log[-1].detail)]


def test_a_clock_that_jumps_back_loses_no_count_and_silences_nothing(log, prompt):
    for _ in range(3):
        prompt.admit(ENTRY, NOW)
    prompt.admit(ENTRY, NOW - timedelta(days=1))
    assert log.counts() == [0, 1, 2]


def test_many_kinds_stay_bounded_and_every_count_comes_out(log, prompt):
    for number in range(MOST_KINDS * 3):
        for _ in range(3):
            prompt.admit(replace(ENTRY, target=Location(database=str(number))), NOW)
        assert len(prompt._seen) <= MOST_KINDS
    prompt.drain()
    assert sum(count or 1 for count in log.counts()) == MOST_KINDS * 9


def test_a_kind_that_goes_on_is_not_pushed_out_by_new_ones(log, prompt):
    for number in range(MOST_KINDS * 3):
        prompt.admit(ENTRY, NOW)
        prompt.admit(replace(ENTRY, target=Location(database=str(number))), NOW)
    assert log.counts().count(0) == MOST_KINDS * 3 + 1
    assert [entry for entry in log if not entry.target.database] == [ENTRY, log[2]]


def test_what_cannot_be_written_is_tried_again_with_its_count(log, prompt):
    log.full = True
    with pytest.raises(OSError, match="No space"):
        prompt.admit(ENTRY, NOW)
    log.full = False
    prompt.admit(ENTRY, NOW)
    assert log.counts() == [0]
    log.full = True
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            prompt.admit(ENTRY, NOW)
    log.full = False
    prompt.admit(ENTRY, NOW)
    assert log.counts() == [0, 3]


def test_a_forked_child_counts_for_itself(log, slow):
    slow.admit(ENTRY, NOW)
    slow.admit(ENTRY, NOW)
    slow.forget()
    slow.drain()
    assert log == [ENTRY]
    slow.admit(ENTRY, NOW)
    assert log == [ENTRY, ENTRY]
