"""``tierguard audit`` as a person types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from support.patience import patience

from tierguard.audit import FileAnchor, FileSink, Head
from tierguard.model import Actor, Entry

ADA = Actor("ada", 1000, "human", "/dev/pts/1", 1, "psql")
PROGRAM = (
    sys.executable,
    "-c",
    "import sys; from tierguard.cli.main import main; sys.argv[0] = 'tierguard'; main()",
    "audit",
)
CONFIG = '[tool.tierguard]\nproject = "shop"\naudit_log = "logs/audit.jsonl"\naudit_anchor = "far/anchor"\n'


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    with FileSink(tmp_path / "logs" / "audit.jsonl") as sink:
        for number in range(20):
            tier, decision = ("prod", "refuse") if number % 4 == 0 else ("int", "allow")
            reason = f"reason {number} \x1b[31m"
            sink.append(Entry("connect", "default", tier, "read", decision, "R7", reason, actor=ADA), durable=False)
    return tmp_path


def audit(project, *args):
    environment = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
    return subprocess.run(
        [*PROGRAM, *args], cwd=project, env=environment, capture_output=True, text=True, timeout=patience(), check=False
    )


def test_tail_shows_the_last_records_of_the_configured_log(project):
    done = audit(project, "tail", "-n", "3")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert "[INT] allow connect read default ada@ (human) R7 reason 19 \\u001b[31m" in lines[-1]
    assert [json.loads(line)["seq"] for line in audit(project, "tail", "-n2", "--json").stdout.splitlines()] == [19, 20]


def test_query_prints_what_matches_as_json_lines(project):
    done = audit(project, "query", "--tier", "PROD", "--decision", "refuse", "--since", "1h", "--json")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 5, 9, 13, 17]
    assert audit(project, "query", "--until", "2020-01-01").stdout == ""


def test_verify_says_ok_and_where_the_chain_ends(project):
    done = audit(project, "verify")
    assert done.returncode == 0, done.stderr
    assert "ok: 20 records in 1 files" in done.stdout
    (result,) = json.loads(audit(project, "verify", "--json").stdout)
    assert (result["ok"], result["records"], result["head"]["seq"]) == (True, 20, 20)


def test_verify_exits_1_and_names_the_first_bad_record(project):
    log = project / "logs" / "audit.jsonl"
    log.write_text(log.read_text().replace("reason 6 ", "reason 7 "))
    done = audit(project, "verify", "logs/audit.jsonl")
    assert done.returncode == 1
    assert "first: logs/audit.jsonl:7 (seq 7): edited" in done.stdout
    (result,) = json.loads(audit(project, "verify", "--json").stdout)
    assert result["faults"][0]["seq"] == 7


def test_verify_compares_with_the_configured_anchor(project):
    FileAnchor(project / "far" / "anchor").write(Head("audit.jsonl", 21, "ab" * 32, "2026-03-01T00:00:00Z"))
    done = audit(project, "verify")
    assert done.returncode == 1
    assert "truncated: the anchor has record 21" in done.stdout


def test_report_as_text_markdown_and_json(project):
    assert "PROD: 0 allowed, 5 refused, 1 actors" in audit(project, "report").stdout
    assert audit(project, "report", "--markdown").stdout.startswith("# Who touched PROD\n")
    assert json.loads(audit(project, "report", "--tier", "int", "--json").stdout)["allowed"] == 15


@pytest.mark.parametrize(
    "args",
    [
        ("--file", "none.jsonl", "tail"),
        ("--file", "none.jsonl", "query"),
        ("query", "--since", "yesterday"),
        ("tail", "-n", "-1"),
        ("verify", "--anchor", "nowhere"),
        ("report", "--tier", "none"),
    ],
)
def test_a_mistake_in_the_command_exits_2_without_a_traceback(project, args):
    done = audit(project, *args)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_that_is_not_there_yet_is_empty_but_does_not_verify(project):
    (project / "logs" / "audit.jsonl").unlink()
    assert audit(project, "tail").returncode == 0
    assert audit(project, "verify").returncode == 1


def test_a_log_that_is_a_directory_gives_one_line(project):
    log = project / "logs" / "audit.jsonl"
    log.unlink()
    log.mkdir()
    for args in (("tail",), ("query",), ("verify",)):
        done = audit(project, *args)
        assert done.returncode == 4
        assert "is a directory" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_folder_of_logs_can_be_queried_but_not_verified(project):
    done = audit(project, "--file", "logs", "query", "--tier", "prod", "--json")
    assert len(done.stdout.splitlines()) == 5
    assert audit(project, "verify", "logs").returncode == 2


def test_a_reader_that_leaves_early_gets_no_traceback(project):
    with FileSink(project / "logs" / "audit.jsonl") as sink:
        for _ in range(5000):
            sink.append(Entry("connect"), durable=False)
    command = subprocess.list2cmdline([*PROGRAM, "query", "--json"])
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=patience(),
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_tail_follows_through_a_rotation_until_interrupted(project):
    log = project / "logs" / "audit.jsonl"
    follower = subprocess.Popen(
        [*PROGRAM, "tail", "-n1", "-f", "--json"], cwd=project, stdout=subprocess.PIPE, text=True
    )
    try:
        assert json.loads(follower.stdout.readline())["seq"] == 20
        with FileSink(log, max_bytes=log.stat().st_size) as sink:
            for seq in (21, 22, 23):
                sink.append(Entry("connect"), durable=False)
                assert json.loads(follower.stdout.readline())["seq"] == seq
        follower.send_signal(signal.SIGINT)
        assert follower.wait(patience()) == 130
    finally:
        follower.kill()
        follower.communicate()
