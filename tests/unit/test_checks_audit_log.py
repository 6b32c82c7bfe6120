"""The audit log: whether a record could be written, and whether the chain holds."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.facts import facts

from tierguard.audit import files
from tierguard.audit.record import GENESIS, encode_entry, seal
from tierguard.checks.audit_log import check
from tierguard.model import Entry, Finding, Level

TABLE = 'audit_log = "logs/audit.jsonl"\n'
UNWRITABLE = Finding(
    "audit-unwritable",
    Level.ERROR,
    "audit.jsonl cannot be written.",
    "Until it can be, people are refused on STG and PROD.",
    "audit.jsonl",
)


def records(count):
    lines, prev = [], GENESIS
    for seq in range(1, count + 1):
        line, prev = seal(encode_entry(Entry("connect", reason="abc")), seq, datetime(2026, 3, 1, tzinfo=UTC), prev)
        lines.append(line)
    return lines


@pytest.fixture
def log(tmp_path):
    """The log's place, in its folder."""
    path = tmp_path / "logs" / "audit.jsonl"
    path.parent.mkdir()
    return path


def look(log):
    return check(facts(log.parents[1], table=TABLE))


def broken(log, kind, line, seq, why):
    number = f" (seq {seq})" if seq else ""
    message = f"{log}:{line}{number}: {kind}: {why}"
    return Finding(f"audit-{kind}", Level.ERROR, message, "", f"{log}:{line}")


def forbid(monkeypatch, *paths, right=os.W_OK):
    """Take a right to some paths away, also from root."""
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (Path(path) in paths and mode & right) and real(path, mode)
    )


def test_a_whole_chain_an_empty_log_and_none_yet_need_no_word(log):
    assert look(log) == []
    log.touch()
    assert look(log) == []
    log.write_bytes(b"".join(records(3)))
    assert look(log) == []


def test_looking_creates_nothing(log):
    log.parent.rmdir()
    assert look(log) == []
    assert not log.parent.exists()


def test_standard_error_is_no_file_to_look_at(tmp_path):
    assert check(facts(tmp_path, table='audit_log = "stderr"\n')) == []


def test_a_log_without_permission_cannot_be_written(log, monkeypatch):
    log.write_bytes(b"".join(records(1)))
    forbid(monkeypatch, log)
    assert look(log) == [UNWRITABLE]


def test_one_that_is_not_there_needs_a_folder_that_can_be_written(log, monkeypatch):
    forbid(monkeypatch, log.parent)
    assert look(log) == [UNWRITABLE]
    log.parent.rmdir()
    assert look(log) == []
    forbid(monkeypatch, log.parents[1])
    assert look(log) == [UNWRITABLE]


@pytest.mark.parametrize("kind", ["directory", "link", "dangling", "fifo"])
def test_what_is_no_regular_file_cannot_be_written(log, kind):
    if kind == "directory":
        log.mkdir()
    elif kind == "fifo":
        os.mkfifo(log)
    else:
        target = log.with_name("elsewhere")
        log.symlink_to(target)
        if kind == "link":
            target.touch()
    assert look(log) == [UNWRITABLE]


def test_a_file_in_the_place_of_its_folder_is_found(log):
    log.parent.rmdir()
    log.parent.touch(0o700)
    assert look(log) == [UNWRITABLE]


def test_a_changed_record_is_named_by_its_line(log):
    lines = records(3)
    log.write_bytes(lines[0] + lines[1].replace(b"abc", b"abd") + lines[2])
    assert look(log) == [broken(log, "edited", 2, 2, "its content does not match its hash")]


def test_every_fault_is_a_finding(log):
    lines = records(4)
    log.write_bytes(lines[0] + lines[2] + lines[3] + b"hello\n")
    gone = broken(log, "removed", 2, 3, "record 2 is missing before this one: removed or moved")
    assert look(log) == [gone, broken(log, "foreign", 4, None, "this line is not a record")]


def test_where_the_log_is_another_users_ones_own_beside_it_counts(log, monkeypatch):
    log.write_bytes(b"".join(records(1)))
    monkeypatch.setattr(os, "geteuid", lambda: log.stat().st_uid + 1)
    own = files.choose_own(log)
    assert own != log
    forbid(monkeypatch, log)
    assert look(log) == []
    forbid(monkeypatch, log, log.parent)
    assert look(log) == [UNWRITABLE]


def test_another_users_chain_is_looked_at_only_where_it_may_be_read(log, monkeypatch):
    log.write_bytes(b"".join(records(1)))
    theirs = log.with_name("audit.12345.jsonl")
    theirs.write_bytes(b"hello\n")
    assert look(log) == [broken(theirs, "foreign", 1, None, "this line is not a record")]
    forbid(monkeypatch, theirs, right=os.R_OK)
    assert look(log) == []


@pytest.mark.parametrize("tracked", [False, True])
def test_a_log_that_git_would_commit_is_a_warning(log, tracked):
    root = log.parents[1]
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    message = "logs/audit.jsonl is not ignored by git: it names people, machines and databases."
    hint = "Add logs/audit.jsonl to .gitignore."
    if tracked:
        hint = "Add logs/audit.jsonl to .gitignore, then: git rm --cached logs/audit.jsonl."
        log.touch()
        subprocess.run(["git", "add", "-f", "."], cwd=root, check=True)
    found = Finding("audit-unignored", Level.WARNING, message, hint, "logs/audit.jsonl")
    assert look(log) == [found]
    (root / ".gitignore").write_text("logs/\n")
    assert look(log) == ([found] if tracked else [])
    log.unlink(missing_ok=True)
    log.parent.rmdir()
    if not tracked:
        assert look(log) == []
