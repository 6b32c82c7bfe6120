"""What can stand in a log's place, whose it can be, and disks that take no more."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from pathlib import Path

import pytest

from tierguard.audit import FileSink, read, verify
from tierguard.model import Actor, Entry

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user or mount")
ENTRY = Entry("connect", tier="int", actor=Actor("ada", 1, "human", "", 2, "x"), reason="test")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "logs" / "audit.jsonl"


def assert_verified(log, records):
    (result,) = verify([log], content=True)
    assert result.ok, [str(fault) for fault in result.faults]
    assert result.records == records


def make_directory(log):
    log.mkdir()


def make_link(log):
    log.with_name("elsewhere").touch()
    log.symlink_to("elsewhere")


def make_dangling_link(log):
    log.symlink_to("nowhere")


def make_fifo(log):
    os.mkfifo(log)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_directory, "it is a directory"),
        (make_link, "it is a symbolic link"),
        (make_dangling_link, "it is a symbolic link"),
        (make_fifo, "it is not a regular file"),
    ],
)
def test_what_is_no_file_is_refused_with_its_reason_and_left_alone(log, make, reason):
    log.parent.mkdir()
    make(log)
    before = log.lstat()
    for _ in range(2):
        with pytest.raises(OSError, match=reason) as caught:
            FileSink(log).append(ENTRY, durable=True)
        assert caught.value.filename == str(log)
    assert log.lstat() == before
    assert [path.name for path in log.parent.iterdir() if path.name != log.name] in ([], ["elsewhere"])


def test_a_link_put_in_the_place_of_an_open_log_is_refused(log, tmp_path):
    sink = FileSink(log)
    sink.append(ENTRY, durable=False)
    log.unlink()
    log.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic link"):
        sink.append(ENTRY, durable=False)
    assert not (tmp_path / "victim").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "logs").write_text("no folder")
    with pytest.raises(OSError, match=r"exists|directory"):
        FileSink(tmp_path / "logs" / "audit.jsonl").append(ENTRY, durable=False)


@needs_root
def test_another_users_log_gets_a_second_chain_beside_it_and_readers_merge_them(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
    os.chown(log, 4242, 4242)
    with FileSink(log) as sink:
        assert sink.append(ENTRY, durable=True) == 1
        assert sink.path.name == "audit.0.jsonl"
    assert [Path(record.path).name for record in read([log])] == ["audit.jsonl", "audit.0.jsonl"]
    assert [(Path(result.path).name, result.ok) for result in verify([log])] == [
        ("audit.jsonl", True),
        ("audit.0.jsonl", True),
    ]


@needs_root
def test_a_rotated_log_of_another_user_is_not_continued(log):
    with FileSink(log) as sink:
        sink.append(ENTRY, durable=False)
    os.chown(log, 4242, 4242)
    log.rename(log.with_name(f"{log.name}.{1:012d}"))
    with FileSink(log) as sink:
        assert sink.append(ENTRY, durable=False) == 1
        assert sink.path.name == "audit.0.jsonl"


def test_a_file_that_may_not_grow_keeps_what_it_has_and_takes_more_later(log):
    sink = FileSink(log)
    sink.append(ENTRY, durable=True)
    size = log.stat().st_size
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, old[1]))
    try:
        for _ in range(2):
            with pytest.raises(OSError, match=r"disk is full|RLIMIT_FSIZE") as caught:
                sink.append(ENTRY, durable=True)
            assert caught.value.errno in {errno.ENOSPC, errno.EFBIG}
            assert log.stat().st_size == size
            assert_verified(log, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert sink.append(ENTRY, durable=True) == 2
    assert_verified(log, 2)


@needs_root
def test_a_full_disk_refuses_and_writing_resumes_when_there_is_room(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    try:
        log = disk / "audit.jsonl"
        sink = FileSink(log)
        written = sink.append(ENTRY, durable=True)
        filler = disk / "filler"
        filler.write_bytes(b"x" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize))
        with pytest.raises(OSError, match="the disk is full"):  # noqa: PT012 - when depends on the page's size
            for _ in range(100):
                written = sink.append(ENTRY, durable=True)
        assert_verified(log, written)
        filler.unlink()
        assert sink.append(ENTRY, durable=True) == written + 1
        assert_verified(log, written + 1)
        sink.close()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(OSError, match="the disk is read-only"):
            sink.append(ENTRY, durable=True)
        sink.close()
    finally:
        subprocess.run(["umount", disk], check=True)
