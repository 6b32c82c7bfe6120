"""The password file of a child is nobody else's, and nothing ends without it ending too."""

import contextlib
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from support import clusters
from support.child import environment, run
from support.patience import patience, wait_until

SECRET = "Zq7:secret\\"
WAIT = 60  # seconds at most, on a busy machine


@pytest.fixture
def project(tmp_path, int_cluster):
    clusters.make_database(int_cluster, "passfile", rows=1)
    clusters.stamp(int_cluster, "passfile", "int")
    url = int_cluster.url("passfile").replace("@", f":{SECRET}@".replace("\\", "%5C"), 1)
    return clusters.project(tmp_path / "project", url)


def files(project):
    return list((project / ".tierguard" / "run").glob("*"))


def start(project):
    """Start a child that waits; return tierguard's process, the child's id and its password file."""
    script = 'echo "$$ $PGPASSFILE"; exec sleep 600'
    process = subprocess.Popen(
        ["tierguard", "run", "--", "sh", "-c", script],
        cwd=project,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pid, path = process.stdout.readline().split()
    return process, int(pid), Path(path)


def test_libpq_reads_it_and_it_is_gone_with_the_child(project):
    script = 'stat -c "%a %F" "$PGPASSFILE"; cat "$PGPASSFILE"; psql -XAtc "SELECT 1"'
    done = run(["tierguard", "run", "--", "sh", "-c", script], cwd=project)
    line = r"*:*:passfile:postgres:Zq7\:secret" + r"\\"
    assert done.stdout.splitlines() == ["600 regular file", line, "1"], done.stderr
    assert files(project) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_signal_leaves_it_behind(project, number):
    process, child, path = start(project)
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if number in {signal.SIGKILL, signal.SIGQUIT}:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)  # as a terminal does
        process.wait(patience())
        wait_until(lambda: not path.exists())
        assert files(project) == []
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_what_a_crash_of_the_machine_left_goes_at_the_next_start_and_a_living_one_stays(project):
    folder = project / ".tierguard" / "run"
    process, child, path = start(project)
    try:
        (folder / "pgpass-left").write_text("*:*:*:*:old")
        done = run(["tierguard", "run", "--", "true"], cwd=project)
        assert done.returncode == 0, done.stderr
        assert files(project) == [path]
    finally:
        os.kill(child, signal.SIGKILL)
        process.wait(patience())
        process.stdout.close()
    assert files(project) == []
