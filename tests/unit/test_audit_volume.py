"""Repeated entries are counted; the count is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tierguard.audit import Volume
from tierguard.audit.volume import MOST_KINDS
from tierguard.model import Entry

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENTRY = Entry("select", tier="int", rule="R9")


def test_the_first_is_written_at_once_and_the_others_are_counted():
    volume = Volume()
    assert volume.admit(ENTRY, NOW) == [ENTRY]
    for second in range(5):
        assert volume.admit(replace(ENTRY, detail={"ms": second}), NOW + timedelta(seconds=second)) == []
    (summary,) = volume.drain()
    assert summary.detail == {
        "repeated": 5,
        "since": "2026-03-01T00:00:00+00:00",
        "until": "2026-03-01T00:00:04+00:00",
    }
    assert volume.drain() == []


def test_a_minute_later_the_count_is_written_once():
    volume = Volume()
    volume.admit(ENTRY, NOW)
    volume.admit(ENTRY, NOW + timedelta(seconds=59))
    (summary,) = volume.admit(ENTRY, NOW + timedelta(seconds=61))
    assert summary.detail["repeated"] == 1
    assert volume.admit(ENTRY, NOW + timedelta(seconds=62)) == []
    assert volume.drain()[0].detail["repeated"] == 2


def test_different_entries_are_not_mixed():
    volume = Volume()
    other = replace(ENTRY, tier="stg")
    assert volume.admit(ENTRY, NOW) == [ENTRY]
    assert volume.admit(other, NOW) == [other]
    assert volume.admit(ENTRY, NOW) == []
    assert [(entry.tier, entry.detail["repeated"]) for entry in volume.drain()] == [("int", 1)]


def test_a_clock_that_jumps_back_loses_no_count():
    volume = Volume()
    volume.admit(ENTRY, NOW)
    volume.admit(ENTRY, NOW - timedelta(days=1))
    assert volume.drain()[0].detail["repeated"] == 1


def test_many_kinds_stay_bounded_and_every_count_comes_out():
    volume = Volume()
    written = []
    for number in range(MOST_KINDS * 3):
        for _ in range(2):
            written += volume.admit(replace(ENTRY, reason=str(number)), NOW)
    written += volume.drain()
    assert sum(entry.detail.get("repeated", 1) for entry in written) == MOST_KINDS * 6
