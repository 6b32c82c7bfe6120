"""Rotation by size and age, with the chain carried over and older files compressed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tierguard.audit import FileSink, read, verify
from tierguard.audit.files import list_chain, list_rotated
from tierguard.model import Actor, Entry
from tierguard.testing import FakeClock

ENTRY = Entry("connect", tier="int", actor=Actor("ada", 1, "human", "", 2, "x"), reason="test")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "logs" / "audit.jsonl"


def assert_verified(log, records):
    (result,) = verify([log], content=True)
    assert result.ok, [str(fault) for fault in result.faults]
    assert result.records == records


def test_rotation_carries_the_chain_on_and_compresses_older_files(log):
    with FileSink(log, max_bytes=2000) as sink:
        for _ in range(40):
            sink.append(ENTRY, durable=False)
    rotated = list_rotated(log)
    assert len(rotated) > 5
    assert [path.suffix == ".gz" for path in rotated] == [True] * (len(rotated) - 1) + [False]
    assert all(path.stat().st_size <= 2000 for path in list_chain(log))
    assert_verified(log, 40)
    assert [record.seq for record in read([log])] == list(range(1, 41))


def test_a_removed_rotated_file_shows(log):
    with FileSink(log, max_bytes=2000) as sink:
        for _ in range(40):
            sink.append(ENTRY, durable=False)
    list_rotated(log)[2].unlink()
    (result,) = verify([log])
    assert result.faults[0].kind == "removed"


def test_the_chain_goes_on_after_a_rotation_that_was_killed_half_way(log):
    with FileSink(log) as sink:
        for _ in range(3):
            sink.append(ENTRY, durable=False)
    log.rename(log.with_name(f"{log.name}.{3:012d}"))
    with FileSink(log) as sink:
        assert sink.append(ENTRY, durable=False) == 4
    assert_verified(log, 4)


def test_compression_that_was_killed_half_way_is_repeated(log):
    with FileSink(log, max_bytes=1500) as sink:
        for _ in range(6):
            sink.append(ENTRY, durable=False)
        last = list_rotated(log)[-1]
        last.with_name(f"{last.name}.gz.part").write_bytes(b"half")
        for _ in range(6):
            sink.append(ENTRY, durable=False)
    assert not list(log.parent.glob("*.part"))
    assert_verified(log, 12)


def test_rotation_by_age(log):
    clock = FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    with FileSink(log, clock=clock, max_age=timedelta(days=1)) as sink:
        for hours in (0, 23, 25, 26):
            clock.time = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
            sink.append(ENTRY, durable=False)
    assert [path.name for path in list_rotated(log)] == ["audit.jsonl.000000000002"]
    assert_verified(log, 4)
