"""Many processes, killed at any moment: nothing acknowledged is lost, nothing is torn, no number comes twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from support.patience import patience, wait_until

from tierguard.audit import read, verify
from tierguard.audit.files import list_rotated

WRITER = """
import os, sys
from pathlib import Path
from tierguard.audit import FileSink
from tierguard.model import Actor, Entry

log, writer, records, max_bytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
sink = FileSink(log, max_bytes=max_bytes)
actor = Actor(writer, 1, "server", "", os.getpid(), "writer")
print("ready", flush=True)
sys.stdin.readline()
for number in range(records):
    seq = sink.append(Entry("connect", reason=f"{writer}:{number}", actor=actor), durable=number % 10 == 0)
    if number % 10 == 0:
        os.write(1, f"{seq} {writer}:{number}\\n".encode())
"""


def start_writers(log, count, records, max_bytes=1 << 26):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, log, f"w{number}", str(records), str(max_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(count)
    ]
    for writer in writers:
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    return writers


def collect(writers):
    """Return the acknowledged records by number; what a killed writer did not finish saying does not count."""
    said = b"".join(writer.communicate()[0].rpartition(b"\n")[0] + b"\n" for writer in writers)
    return dict(line.split() for line in said.decode().splitlines() if line)


def check(log, acknowledged):
    (result,) = verify([log], content=True)
    kinds = {fault.kind for fault in result.faults}
    assert kinds <= {"torn"}, [str(fault) for fault in result.faults]
    records = {str(record.seq): record.data["reason"] for record in read([log])}
    assert len(records) == result.records
    assert {seq: records.get(seq) for seq in acknowledged} == acknowledged
    return records


def run_rounds(tmp_path, rounds, records, longest):
    log = tmp_path / "audit.jsonl"
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    acknowledged = {}
    for _ in range(rounds):
        writers = start_writers(log, 8, records)
        for writer in writers:
            time.sleep(chance.random() * patience(longest) / 8)  # any moment will do
            os.kill(writer.pid, signal.SIGKILL)
        acknowledged.update(collect(writers))
        check(log, acknowledged)
    survivors = start_writers(log, 2, 20)
    acknowledged.update(collect(survivors))
    check(log, acknowledged)
    assert verify([log])[0].ok
    return acknowledged


def test_eight_killed_writers_lose_nothing_acknowledged(tmp_path):
    assert len(run_rounds(tmp_path, 2, 500, 0.3)) > 4


@pytest.mark.soak
def test_eight_killed_writers_lose_nothing_acknowledged_in_twenty_rounds(tmp_path):
    assert len(run_rounds(tmp_path, 20, 5000, 2.0)) > 100


def test_rotation_while_ten_processes_write(tmp_path):
    log = tmp_path / "audit.jsonl"
    writers = start_writers(log, 10, 120, max_bytes=40_000)
    wait_until(log.exists)
    while any(writer.poll() is None for writer in writers):
        (result,) = verify([log])
        assert result.ok, result.faults[0]
        seqs = [record.seq for record in read([log])]
        assert seqs == list(range(1, len(seqs) + 1))
    acknowledged = collect(writers)
    assert {writer.returncode for writer in writers} == {0}
    records = check(log, acknowledged)
    assert len(records) == 1200
    assert len(list_rotated(log)) > 5
    assert verify([log])[0].ok


def test_rotation_and_compression_survive_being_killed(tmp_path):
    log = tmp_path / "audit.jsonl"
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    acknowledged = {}
    for _ in range(3):
        writers = start_writers(log, 4, 400, max_bytes=6_000)
        for writer in writers:
            time.sleep(chance.random() * patience(0.1))  # any moment will do
            os.kill(writer.pid, signal.SIGKILL)
        acknowledged.update(collect(writers))
        check(log, acknowledged)
    acknowledged.update(collect(start_writers(log, 1, 20, max_bytes=6_000)))
    check(log, acknowledged)


def test_tail_f_sees_valid_json_on_every_line_while_others_write(tmp_path):
    log = tmp_path / "audit.jsonl"
    log.touch(0o600)
    tail = subprocess.Popen(["tail", "-n", "+1", "-f", log], stdout=subprocess.PIPE)
    try:
        writers = start_writers(log, 4, 100)
        collect(writers)
        seqs = [json.loads(tail.stdout.readline())["seq"] for _ in range(400)]
    finally:
        tail.kill()
        tail.communicate()
    assert seqs == list(range(1, 401))
