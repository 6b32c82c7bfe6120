"""Query, follow and report over rotated, compressed and several hosts' logs; anchors."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tierguard.audit import (
    Anchoring,
    FileAnchor,
    FileSink,
    Follower,
    Head,
    Wanted,
    query,
    read,
    read_last,
    summarise,
    verify,
)
from tierguard.audit.files import list_readable
from tierguard.audit.report import render_markdown, render_text
from tierguard.model import Actor, Entry

START = datetime(2026, 3, 1, tzinfo=UTC)
ADA = Actor("ada", 1000, "human", "/dev/pts/1", 1, "psql")
BOT = Actor("", 1001, "agent", "", 2, "bot")


class Ticking:
    def __init__(self, start=START):
        self.time = start

    def now(self):
        self.time += timedelta(minutes=1)
        return self.time


def entry(tier, decision, actor, operation="read", host="laptop"):
    return Entry(
        "connect", "default", tier, operation, decision, "R6", "asked | for", actor=actor, project="shop", host=host
    )


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "audit.jsonl"
    with FileSink(path, clock=Ticking(), max_bytes=2500) as sink:
        for _ in range(6):
            sink.append(entry("int", "allow", ADA), durable=False)
            sink.append(entry("prod", "refuse", BOT), durable=False)
            sink.append(entry("prod", "allow", ADA, "migrate"), durable=False)
    assert any(path.suffix == ".gz" for path in tmp_path.iterdir())
    return path


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        (Wanted(), list(range(1, 19))),
        (Wanted(tier="prod", decision="refuse"), [2, 5, 8, 11, 14, 17]),
        (Wanted(actor="agent"), [2, 5, 8, 11, 14, 17]),
        (Wanted(actor="1001"), [2, 5, 8, 11, 14, 17]),
        (Wanted(actor="ada", operation="migrate"), [3, 6, 9, 12, 15, 18]),
        (Wanted(since="2026-03-01T00:16", until="2026-03-01T00:17:30"), [16, 17]),
        (Wanted(tier="refuse"), []),
    ],
)
def test_query_filters_over_rotated_and_compressed_files(log, wanted, seqs):
    assert [record.seq for record in query([log], wanted)] == seqs


def test_logs_of_several_hosts_are_merged_by_time(tmp_path, log):
    other = tmp_path / "other" / "audit.jsonl"
    with FileSink(other, clock=Ticking(START + timedelta(seconds=30))) as sink:
        for _ in range(18):
            sink.append(entry("stg", "allow", ADA, host="server"), durable=False)
    hosts = [record.data["host"] for record in read([log, other])]
    assert hosts == ["laptop", "server"] * 18
    assert len(list(read([tmp_path, other.parent]))) == 36


def test_read_last_reads_the_end_only(log):
    assert [record.seq for record in read_last(log, 2)] == [17, 18]
    assert read_last(log, 0) == []
    assert read_last(log.with_name("none.jsonl"), 5) == []


def test_a_follower_sees_each_record_once_through_many_rotations(tmp_path):
    log = tmp_path / "audit.jsonl"
    with FileSink(log, max_bytes=1200) as sink:
        sink.append(entry("int", "allow", ADA), durable=False)
        follower = Follower(log)
        seen = []
        for burst in (1, 0, 3, 12, 1):
            for _ in range(burst):
                sink.append(entry("int", "allow", ADA), durable=False)
            seen += [record.seq for record in follower.poll()]
        follower.close()
    assert seen == list(range(2, 19))


def test_a_follower_waits_for_the_end_of_a_line_and_for_the_log_itself(tmp_path):
    log = tmp_path / "audit.jsonl"
    follower = Follower(log)
    assert list(follower.poll()) == []
    log.write_bytes(b'{"seq":1,')
    assert list(follower.poll()) == []
    with log.open("ab") as stream:
        stream.write(b'"ts":""}\n')
    assert [record.seq for record in follower.poll()] == [1]
    follower.close()


def test_the_report_says_who_touched_prod_and_who_was_refused(log):
    report = summarise(read([log]), "prod")
    assert (report.allowed, report.refused) == (6, 6)
    bot, ada = report.people
    assert (bot.user, bot.kind, bot.refused, bot.allowed) == ("uid 1001", "agent", 6, 0)
    assert (ada.user, ada.operations, ada.reasons) == ("ada", {"migrate": 6}, {"asked | for": 6})
    assert (ada.first, ada.last) == ("2026-03-01T00:03:00.000000Z", "2026-03-01T00:18:00.000000Z")
    assert "ada@laptop (human): 6 allowed, 0 refused" in render_text(report)
    assert "| uid 1001@laptop (agent) | 0 | 6 |" in render_markdown(report)
    assert "asked \\| for" in render_markdown(report)


def test_a_count_of_repeats_weighs_in_the_report(tmp_path):
    log = tmp_path / "audit.jsonl"
    with FileSink(log) as sink:
        sink.append(Entry("connect", tier="prod", decision="allow", detail={"repeated": 41}), durable=False)
        sink.append(Entry("connect", tier="prod", decision="allow"), durable=False)
    assert summarise(read([log]), "prod").allowed == 42


def test_heads_are_anchored_and_show_a_log_that_was_cut_or_replaced(tmp_path):
    log, place = tmp_path / "audit.jsonl", tmp_path / "far" / "anchor"
    anchor = FileAnchor(place)
    with FileSink(log, anchoring=Anchoring(anchor, records=5, seconds=3600)) as sink:
        for _ in range(12):
            sink.append(entry("int", "allow", ADA), durable=False)
    heads = anchor.read()
    assert [head.seq for head in heads] == [1, 6, 11]
    assert verify([log], heads=heads)[0].ok
    whole = log.read_bytes()
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:8]))
    assert verify([log], heads=heads)[0].faults[0].kind == "truncated"
    log.unlink()
    with FileSink(log) as sink:
        for _ in range(12):
            sink.append(entry("int", "allow", ADA), durable=False)
    assert verify([log])[0].ok
    assert verify([log], heads=heads)[0].faults[0].kind == "replaced"


def test_an_anchor_that_fails_is_recorded_once_and_stops_nothing(tmp_path):
    class Failing:
        def write(self, _head):
            raise OSError(errno.ENOSPC, "no room for postgresql://ada:hunter22@far/anchors")

        def read(self):
            return []

    log = tmp_path / "audit.jsonl"
    with FileSink(log, anchoring=Anchoring(Failing(), records=1)) as sink:
        for _ in range(4):
            sink.append(entry("int", "allow", ADA), durable=False)
    events = [record.data["event"] for record in read([log])]
    assert events.count("audit.anchor") == 1
    assert "hunter22" not in log.read_text()


def test_an_anchor_passes_over_lines_that_are_none(tmp_path):
    place = tmp_path / "anchor"
    good = json.dumps({"log": "a", "seq": 1, "hash": "x", "ts": "t"})
    place.write_text(f"hello\n{good}\n[]\n" + '{"log": "a"}\n')
    assert FileAnchor(place).read() == [Head("a", 1, "x", "t")]


def test_a_damaged_compressed_file_is_named_and_stops_no_append(log):
    damaged = next(path for path in sorted(log.parent.iterdir()) if path.suffix == ".gz")
    damaged.write_bytes(damaged.read_bytes()[:-40])
    fault = verify([log])[0].faults[0]
    assert (fault.path, fault.kind) == (str(damaged), "unreadable")
    with pytest.raises(OSError, match="damaged"):
        list(read([log]))
    with FileSink(log) as sink:
        assert sink.append(entry("int", "allow", ADA), durable=False) == 19


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_a_name_gets_a_chain_of_its_own_and_reads_what_it_may():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        log = folder / "audit.jsonl"
        with FileSink(log) as sink:
            sink.append(entry("int", "allow", ADA), durable=False)
        child = os.fork()
        if child == 0:
            passed = False
            try:
                os.setgid(54321)
                os.setuid(54321)
                with FileSink(log) as sink:
                    passed = sink.append(entry("int", "allow", ADA), durable=True) == 1
                passed = passed and list_readable(log) == ([sink.path], [log])
                passed = passed and [record.path for record in read([log])] == [str(sink.path)]
            finally:
                os._exit(0 if passed else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert (folder / "audit.54321.jsonl").stat().st_uid == 54321
        assert len(list(read([log]))) == 2
