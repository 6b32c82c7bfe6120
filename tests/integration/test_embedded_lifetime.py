"""One server whoever starts it, gone when nobody needs it, back after every kind of death."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from support.patience import patience, wait_until

from tierguard import embedded
from tierguard.embedded import holders
from tierguard.embedded.home import Home
from tierguard.embedded.state import load
from tierguard.embedded.supervisor import command, held
from tierguard.errors import ServerMissing

RESOLVE = """
import sys
from pathlib import Path
from tierguard.embedded import resolve_url
root = Path(sys.argv[1])
url = resolve_url("embedded:///app_test", root, project="app", tier="int", grace=float(sys.argv[2]))
print(url, (root / ".tierguard/postgres/postmaster.pid").read_text().split()[0], flush=True)
"""
HOLD = RESOLVE + "sys.stdin.read()\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = tmp_path_factory.mktemp("template")
    run(root)
    embedded.down(root)
    return root


@pytest.fixture
def bare(tmp_path):
    yield tmp_path
    embedded.down(tmp_path)
    if (descriptor := holders._held.pop(tmp_path, None)) is not None:
        os.close(descriptor)


@pytest.fixture
def root(bare, template):
    shutil.copytree(template / ".tierguard", bare / ".tierguard")  # a start from nothing costs a second each
    return bare


def resolve(root, grace=30.0):
    return embedded.resolve_url("embedded:///app_test", root, project="app", tier="int", grace=grace)


def start(root, code=HOLD, grace=30.0):
    return subprocess.Popen(
        [sys.executable, "-c", code, str(root), str(grace)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run(root, grace=30.0):
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE, str(root), str(grace)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience(),
        check=True,
    )
    return done.stdout.split()[0]


def end(child):
    child.communicate("", timeout=patience())


def postmaster(root):
    return int((root / ".tierguard/postgres/postmaster.pid").read_text().split()[0])


def ask(url, query="SELECT 1"):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchone()[0]


def outwait(tmp_path_factory, template, grace):
    """Wait for as long as a server of nobody's with this grace period, begun now, lasts."""
    folder = tmp_path_factory.mktemp("sibling")
    shutil.copytree(template / ".tierguard", folder / ".tierguard")
    run(folder, grace=grace)
    wait_until(lambda: not embedded.running(folder))


def delete(folder):
    """Delete a folder in which a server may be removing its own files."""

    def is_deleted():
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    wait_until(is_deleted)


def is_gone(pid):
    return "postgres" not in command(pid)


def test_ten_starters_at_once_share_one_server(bare):
    children = [start(bare) for _ in range(10)]
    lines = {child.stdout.readline() for child in children}
    for child in children:
        end(child)
    assert {child.returncode for child in children} == {0}
    assert len(lines) == 1
    assert ask(lines.pop().split()[0]) == 1


def test_a_starter_killed_during_initialisation_leaves_nothing_in_the_way(bare):
    child = start(bare)
    wait_until(lambda: list((bare / ".tierguard").glob("postgres-new-*/data/PG_VERSION")))
    child.kill()
    end(child)
    assert ask(resolve(bare)) == 1
    assert not list((bare / ".tierguard").glob("postgres-new-*"))


def test_a_user_that_is_killed_takes_nobody_with_it(root):
    first, second = start(root), start(root)
    url = first.stdout.readline().split()[0]
    second.stdout.readline()
    with psycopg.connect(url) as connection:
        second.kill()
        end(second)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    end(first)


def test_a_killed_postmaster_is_replaced_and_what_was_committed_is_there(root):
    with psycopg.connect(resolve(root), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        old = postmaster(root)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: is_gone(old))
        assert ask(resolve(root), "SELECT n FROM kept") == 7
    assert postmaster(root) != old


def test_a_killed_supervisor_is_replaced_around_the_same_server(root):
    resolve(root)
    server, lock = postmaster(root), root / ".tierguard/supervisor.lock"
    old = int(lock.read_text())
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: not held(lock))
    resolve(root)
    assert held(lock)
    assert int(lock.read_text()) != old
    assert postmaster(root) == server


def test_the_server_outlives_the_grace_period_while_held_and_stops_after_the_last_holder(
    root, template, tmp_path_factory
):
    child = start(root, grace=0.4)
    child.stdout.readline()
    outwait(tmp_path_factory, template, 0.4)
    assert embedded.running(root)
    end(child)
    wait_until(lambda: not embedded.running(root))
    wait_until(lambda: not held(root / ".tierguard/supervisor.lock"))


def test_a_printed_url_stays_connectable_and_an_open_session_keeps_the_server(root, template, tmp_path_factory):
    grace = patience(0.6)  # in which this process connects
    with psycopg.connect(run(root, grace=grace)) as connection:
        outwait(tmp_path_factory, template, grace)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    wait_until(lambda: not embedded.running(root))


def test_a_child_that_inherits_the_lock_keeps_the_server(root, template, tmp_path_factory):
    code = RESOLVE + "import subprocess; subprocess.Popen(['cat'], close_fds=False, stdout=subprocess.DEVNULL)\n"
    child = start(root, code, grace=0.3)
    assert child.wait(patience()) == 0
    outwait(tmp_path_factory, template, 0.3)
    assert embedded.running(root)
    child.communicate()  # the end of cat's input
    wait_until(lambda: not embedded.running(root))


def test_an_ended_supervisor_by_sigterm_stops_the_server_though_it_is_held(root):
    resolve(root, grace=1.0)
    os.kill(int((root / ".tierguard/supervisor.lock").read_text()), signal.SIGTERM)
    wait_until(lambda: not embedded.running(root))


@pytest.mark.parametrize("supervised", [True, False])
def test_a_server_whose_folder_was_deleted_makes_room_and_does_not_touch_the_new_data(root, supervised):
    resolve(root)
    old = postmaster(root)
    if not supervised:
        os.kill(int((root / ".tierguard/supervisor.lock").read_text()), signal.SIGKILL)
    delete(root / ".tierguard")
    assert ask(resolve(root)) == 1
    assert postmaster(root) != old
    assert is_gone(old)
    embedded.down(root)
    assert ask(resolve(root)) == 1


def test_a_moved_project_keeps_its_data_and_its_old_place_starts_afresh(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    try:
        with psycopg.connect(run(before), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        before.rename(after)
        before.mkdir()
        fresh = run(before)
        assert ask(fresh, "SELECT to_regclass('kept')") is None
        assert ask(run(after), "SELECT n FROM kept") == 7
        assert ask(fresh) == 1
    finally:
        embedded.down(before)
        embedded.down(after)


def test_a_deleted_project_ends_its_server(root):
    run(root, grace=3600)
    old = postmaster(root)
    delete(root / ".tierguard")
    wait_until(lambda: is_gone(old))


def test_captured_output_ends_with_the_caller_not_with_the_server(root):
    run(root, grace=3600)  # its pipes close while the server goes on, or this waits in vain
    assert embedded.running(root)


def test_down_stops_the_server_now_and_says_whether_it_ran(root):
    resolve(root)
    assert embedded.down(root)
    assert not embedded.running(root)
    assert not embedded.down(root)


def test_down_knows_nothing_of_a_project_without_servers(tmp_path):
    assert not embedded.down(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pid_file_with_somebody_elses_number_does_not_stop_the_next_start(root):
    resolve(root)
    embedded.down(root)
    data = root / ".tierguard/postgres"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n\n\n\n")
    assert ask(resolve(root)) == 1


def test_a_socket_that_a_cleaner_removed_is_there_again(root):
    url = resolve(root)
    Path(load(Home(root)).socket, ".s.PGSQL.5432").unlink()
    assert ask(resolve(root)) == 1
    assert resolve(root) == url


def test_lost_secrets_are_made_anew_and_the_data_kept(root):
    with psycopg.connect(resolve(root), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    (root / ".tierguard/embedded.json").unlink()
    assert ask(resolve(root), "SELECT n FROM kept") == 7


def test_a_copied_project_gets_a_server_of_its_own(root, tmp_path_factory):
    url = resolve(root)
    embedded.down(root)
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(root / ".tierguard", copy / ".tierguard")
    resolve(root)
    try:
        assert embedded.peek_url("embedded:///app_test", copy, project="app", tier="int") is None
        other = run(copy)
        assert other != url
        assert ask(other) == 1
        assert postmaster(copy) != postmaster(root)
    finally:
        embedded.down(copy)


def test_data_of_another_major_version_are_refused_and_left_alone(root):
    resolve(root)
    embedded.down(root)
    version = root / ".tierguard/postgres/PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ServerMissing, match=r"PostgreSQL 17.* is 18") as missing:
        resolve(root)
    assert "17" in missing.value.hint
    version.write_text("18\n")
    assert ask(resolve(root)) == 1
