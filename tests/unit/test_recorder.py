"""What is written of connections and refusals, when, and what happens where it cannot be."""

from __future__ import annotations

import os

import pytest

from tierguard.errors import AuditRefused
from tierguard.evidence.config import parse
from tierguard.model import Authority, Ceiling, Context, Entry, Location, Tier
from tierguard.process.recorder import Recorder
from tierguard.testing import MemorySink

FULL = OSError(28, "No space left on device")
INT, STG = Ceiling(Tier.INT), Ceiling(Tier.STG)
PERSON, SERVER = Ceiling(Tier.PROD, Authority.PERSON), Ceiling(Tier.PROD, Authority.SERVER)
REFUSAL = Entry("connect", tier="prod", rule="above-int", target=Location(database="shop"))


@pytest.fixture
def recorder(tmp_path):
    made = Recorder(parse({"project": "shop"}, tmp_path / "tierguard.toml"), Context(), sink=MemorySink())
    yield made
    made.sink.failure = None  # what is left is written when this process ends


def test_a_refusal_is_on_disk_at_once_on_every_tier_and_keeps_its_own(recorder):
    recorder.record_refusal(REFUSAL)
    ((entry,), (durable,)) = recorder.sink.entries, recorder.sink.durable
    assert (entry.tier, entry.decision, entry.rule, durable) == ("prod", "refuse", "above-int", True)


def test_of_fifty_refusals_the_first_two_are_written_at_once_and_the_rest_is_counted(recorder):
    for _ in range(50):
        recorder.record_refusal(REFUSAL)
    assert [entry.detail.get("repeated") for entry in recorder.sink.entries[:2]] == [None, 1]
    for volume in recorder._volumes.values():
        volume.drain()
    assert sum(entry.detail.get("repeated", 1) for entry in recorder.sink.entries) == 50


def test_what_differs_in_target_or_rule_is_refused_by_a_record_of_its_own(recorder):
    others = [
        Entry("connect", tier="prod", rule="above-int", target=Location(database="x")),
        Entry("connect", rule="y"),
    ]
    for one in (REFUSAL, *others):
        recorder.record_refusal(one)
    assert [entry.detail for entry in recorder.sink.entries] == [{}] * 3


@pytest.mark.parametrize("authority", [Authority.PROCESS, Authority.PERSON])
def test_a_refusal_without_a_log_stands_and_says_once_that_it_is_not_recorded(recorder, authority, capsys):
    recorder.sink.failure = FULL
    for _ in range(3):
        recorder.record_refusal(REFUSAL, authority)
    err = capsys.readouterr().err
    assert err.count("No space left on device") == 1
    assert len(err.splitlines()) == 1
    recorder.sink.failure = None
    recorder.record_refusal(REFUSAL, authority)
    assert [entry.detail for entry in recorder.sink.entries] == [{}]


def test_a_servers_refusal_without_a_log_goes_to_standard_error(recorder, capsys):
    recorder.sink.failure = FULL
    recorder.record_refusal(REFUSAL, Authority.SERVER)
    assert '"decision":"refuse"' in capsys.readouterr().err


@pytest.mark.parametrize("ceiling", [STG, PERSON])
def test_a_log_that_fails_after_the_first_connection_stops_a_person_and_heals(recorder, ceiling):
    recorder.count(REFUSAL, ceiling)
    recorder.sink.failure = FULL
    for _ in range(2):
        with pytest.raises(AuditRefused, match="No space left on device"):
            recorder.count(REFUSAL, ceiling)
    recorder.sink.failure = None
    recorder.count(REFUSAL, ceiling)
    assert [entry.detail.get("repeated") for entry in recorder.sink.entries] == [None, 3]


def test_int_goes_on_where_the_log_fails_later(recorder):
    recorder.count(REFUSAL, INT)
    recorder.sink.failure = FULL
    for _ in range(3):
        recorder.count(REFUSAL, INT)


def test_a_server_without_a_log_goes_on_with_records_on_standard_error(recorder, capsys):
    recorder.sink.failure = FULL
    assert recorder.record(REFUSAL, SERVER) == 1
    assert recorder.record(REFUSAL, SERVER) == 2
    assert [line[:13] for line in capsys.readouterr().err.splitlines()] == ['{"v":1,"seq":'] * 2


def test_a_server_that_has_neither_a_log_nor_standard_error_is_refused(recorder, monkeypatch):
    recorder.sink.failure = FULL
    monkeypatch.setattr("sys.stderr", None)
    with pytest.raises(AuditRefused, match="standard error"):
        recorder.record(REFUSAL, SERVER)
    recorder.record_refusal(REFUSAL, Authority.SERVER)  # stands all the same


def test_a_forked_child_does_not_report_what_its_parent_counted(recorder):
    for _ in range(9):
        recorder.record_refusal(REFUSAL)
    reading, writing = os.pipe()
    if os.fork() == 0:
        for volume in recorder._volumes.values():
            volume.drain()
        recorder.record_refusal(REFUSAL)
        os.write(writing, bytes([len(recorder.sink.entries)]))
        os._exit(0)
    os.wait()
    assert os.read(reading, 1) == bytes([3])  # two of the parent's, and the child's own first
