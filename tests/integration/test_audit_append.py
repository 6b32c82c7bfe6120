"""Append to a real log: one chain from threads, forks and crashes, durable when it says so."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tierguard.audit import FileSink, StderrSink, read, verify
from tierguard.audit.tails import read_tail
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


def test_records_are_numbered_and_chained(log):
    with FileSink(log) as sink:
        assert [sink.append(ENTRY, durable=durable) for durable in (False, True, False)] == [1, 2, 3]
    assert_verified(log, 3)


def test_a_later_process_goes_on_with_the_chain(log):
    for _ in range(3):
        with FileSink(log) as sink:
            sink.append(ENTRY, durable=False)
    assert_verified(log, 3)


def test_files_are_private_and_so_is_a_folder_made_for_them(log):
    log.parent.parent.chmod(0o755)
    with FileSink(log, max_bytes=600) as sink:
        for _ in range(6):
            sink.append(ENTRY, durable=True)
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(log.parent.parent.stat().st_mode) == 0o755
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in log.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert any(name.endswith(".gz") for name in modes)


def test_an_open_log_is_made_private(log):
    log.parent.mkdir()
    log.touch(0o644)
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_clock_that_jumps_back_breaks_nothing(log):
    clock = FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    with FileSink(log, clock=clock) as sink:
        for days in (0, -400, 1):
            clock.time = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days)
            sink.append(ENTRY, durable=True)
    assert_verified(log, 3)
    assert [json.loads(line)["ts"][:10] for line in log.read_text().splitlines()] == [
        "2026-03-01",
        "2025-01-25",
        "2026-03-02",
    ]


@pytest.mark.parametrize("torn", [b'{"v":1,"seq":4,"ts":"20', b"\0" * 5000, b"x"])
def test_a_torn_last_line_is_set_aside_and_the_chain_says_so(log, torn):
    with FileSink(log) as sink:
        for _ in range(3):
            sink.append(ENTRY, durable=False)
    with log.open("ab") as stream:
        stream.write(torn)
    assert verify([log])[0].faults[0].kind == "torn"
    with FileSink(log) as sink:
        assert sink.append(ENTRY, durable=False) == 5
    assert_verified(log, 5)
    recovered = json.loads(log.read_text().splitlines()[3])
    assert recovered["event"] == "audit.recovered"
    assert log.with_name(recovered["detail"]["file"]).read_bytes() == torn


def test_foreign_lines_stay_and_the_chain_goes_round_them(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
        with log.open("ab") as stream:
            stream.write(b"hello\n" * 3000)
        assert sink.append(ENTRY, durable=False) == 2
    (result,) = verify([log])
    assert {fault.kind for fault in result.faults} == {"foreign"}
    assert (result.records, result.faults[0].line) == (2, 2)
    assert [record.seq for record in read([log])] == [1, 2]


def test_a_log_that_an_editor_gave_a_bom_goes_on(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
    log.write_bytes(b"\xef\xbb\xbf" + log.read_bytes())
    with FileSink(log) as sink:
        assert sink.append(ENTRY, durable=False) == 2
    assert [record.seq for record in read([log])] == [1, 2]


def test_a_log_taken_away_or_replaced_under_a_writer_begins_anew(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=True)
        log.unlink()
        assert sink.append(ENTRY, durable=True) == 1
        log.write_bytes(b"")
        assert sink.append(ENTRY, durable=True) == 1
    assert_verified(log, 1)


def test_threads_share_one_sink(log):
    with FileSink(log, max_bytes=20_000) as sink:
        seqs: list[int] = []

        def work():
            seqs.extend(sink.append(ENTRY, durable=number % 5 == 0) for number in range(50))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seqs) == list(range(1, 401))
    assert_verified(log, 400)


def test_a_forked_child_opens_the_log_for_itself(log):
    sink = FileSink(log)
    sink.append(ENTRY, durable=True)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, b"!")
            for _ in range(2000):
                sink.append(ENTRY, durable=False)
        finally:
            os._exit(0)
    os.read(reader, 1)
    for _ in range(2000):
        sink.append(ENTRY, durable=False)
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    assert_verified(log, 4001)


def test_an_append_inside_an_append_of_the_same_thread_is_refused(log):
    class Interrupting:
        def now(self):
            with pytest.raises(OSError, match="under way"):
                sink.append(ENTRY, durable=False)
            return datetime.now(UTC)

    sink = FileSink(log, clock=Interrupting())
    assert sink.append(ENTRY, durable=False) == 1
    assert_verified(log, 1)


def test_a_sync_that_fails_is_told_and_the_chain_stays_whole(log, monkeypatch):
    sink = FileSink(log)
    sink.append(ENTRY, durable=False)

    def fail(_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        with pytest.raises(OSError, match="Input/output error"):
            sink.append(ENTRY, durable=True)
    assert sink.append(ENTRY, durable=True) == 3
    assert_verified(log, 3)


def test_stderr_takes_the_same_lines_in_a_chain_of_its_own(capsys):
    sink = StderrSink()
    assert [sink.append(ENTRY, durable=True) for _ in range(2)] == [1, 2]
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert second["prev"] == first["hash"]


def test_stderr_that_is_closed_is_an_error_that_the_caller_can_handle(tmp_path):
    stream = (tmp_path / "closed").open("w")
    stream.close()
    with pytest.raises(OSError, match="standard error"):
        StderrSink(stream=stream).append(ENTRY, durable=False)


def test_the_documented_command_computes_the_hash(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
    manual = Path(__file__).parents[2] / "docs" / "audit.md"
    (command,) = (line for line in manual.read_text().splitlines() if line.endswith("| sha256sum"))
    command = command.replace("logs/database_audit.jsonl", str(log))
    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == json.loads(log.read_text())["hash"]


def test_a_durable_append_returns_only_after_a_sync_that_covers_its_record(log, monkeypatch):
    """Several sinks of one process lock each other out like several processes."""
    real, covered, syncs = os.fdatasync, [0], []

    def slow_sync(descriptor):
        seen = read_tail(descriptor, os.fstat(descriptor).st_size, log).seq
        syncs.append(seen)
        time.sleep(0.002)
        real(descriptor)
        covered[0] = max(covered[0], seen)

    monkeypatch.setattr(os, "fdatasync", slow_sync)
    sinks = [FileSink(log) for _ in range(2)]
    early, count = [], []

    def work(sink):
        for number in range(25):
            durable = number % 3 > 0
            seq = sink.append(ENTRY, durable=durable)
            count.append(seq)
            if durable and covered[0] < seq:
                early.append(seq)

    threads = [threading.Thread(target=work, args=(sink,)) for sink in sinks for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert early == []
    assert len(syncs) < len(count) / 2  # 128 of 200 are durable, and many share one
    for sink in sinks:
        sink.close()
    assert covered[0] == 200
