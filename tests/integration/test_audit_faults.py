"""Processes that are killed, logs that break, locks that are held: what is on record afterwards, and who goes on."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys

import pytest
from support.child import environment, needs_no_agent, run
from support.clusters import project
from support.pristine import URLS

from tierguard.audit import read, verify
from tierguard.model import Tier

STG = {"USE_STG_DATABASE": "true"}
SERVER = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true"}
CONNECT = """
import os, sys, psycopg, tierguard
tierguard.install()
def attempt():
    try:
        psycopg.connect(sys.argv[1])
    except tierguard.AccessRefused:
        return
    sys.exit("reached PROD")
"""
# What the gate does for each connection, without a server.
COUNT = """
import shutil, sys
from tierguard.model import Entry, Location
from tierguard.process.chosen import current_process
process = current_process()
ceiling = process.ceiling()
log = process.config.audit_log
def connect():
    process.recorder.count(Entry("connect", tier=ceiling.tier, target=Location(database="x")), ceiling)
connect()
"""


def refusals(folder, event="connect"):
    """Return the refused connections on record: each as how many it stands for."""
    log = folder / "logs" / "audit.jsonl"
    (result,) = verify([log], content=True)
    assert result.ok, result.faults
    found = [record.data for record in read([log]) if record.data["event"] == event]
    assert {record["decision"] for record in found} == {"refuse"}
    return [record.get("detail", {}).get("repeated", 1) for record in found]


def attack(folder, url, code):
    return run([sys.executable, "-c", CONNECT + code, url], cwd=folder)


@pytest.fixture
def folder(tmp_path, int_cluster):
    return project(tmp_path, int_cluster.url("nowhere"))


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_one_attempt_is_on_record_however_the_process_ends(folder, prod_cluster, end):
    attack(folder, prod_cluster.url("prod"), f"attempt()\n{end}")
    assert refusals(folder) == [1]


def test_fifty_attempts_before_the_process_is_ended_leave_more_than_the_first(folder, prod_cluster):
    done = attack(folder, prod_cluster.url("prod"), "for _ in range(50):\n    attempt()\nos._exit(7)")
    assert done.returncode == 7, done.stderr
    on_record = refusals(folder)
    assert on_record[:2] == [1, 1]
    assert sum(on_record) <= 50


def test_every_attempt_comes_out_of_a_process_that_ends_by_itself(folder, prod_cluster):
    done = attack(folder, prod_cluster.url("prod"), "for _ in range(50):\n    attempt()")
    assert done.returncode == 0, done.stderr
    assert sum(refusals(folder)) == 50


def test_a_retry_loop_that_is_killed_left_a_count_each_second_and_no_flood(folder, prod_cluster):
    code = "from itertools import count\nfor number in count(1):\n    attempt(); print(number, flush=True)"
    command = [sys.executable, "-c", CONNECT + code, prod_cluster.url("prod")]
    attempts = 0
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        for line in child.stdout:
            attempts = int(line)
            if attempts % 25 == 0 and len(refusals(folder)) >= 4:
                break
        child.send_signal(signal.SIGKILL)
    on_record = refusals(folder)
    assert on_record[:2] == [1, 1]
    assert 4 <= len(on_record) <= 6
    assert attempts / 3 < sum(on_record) <= attempts + 2


def test_1560_retries_of_one_kind_are_a_few_records(folder):
    code = COUNT + (
        "refusal = Entry('connect', tier='prod', rule='above-int', target=Location(database='prod'))\n"
        "for _ in range(1560):\n    process.recorder.record_refusal(refusal)\n"
    )
    done = run([sys.executable, "-c", code.replace("\nconnect()\n", "\n")], cwd=folder)
    assert done.returncode == 0, done.stderr
    on_record = refusals(folder)
    assert sum(on_record) == 1560
    assert len(on_record) < 1560 / 10


BREAK = {
    "directory": "log.unlink(); log.mkdir()",
    "folder": "shutil.rmtree(log.parent); log.parent.write_text('')",
    "full": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size,) * 2)",
}


def broken(folder, how, **extra):
    url = URLS["DATABASE_URL"]
    env = environment(TEST_DATABASE_URL=url, STG_DATABASE_URL=url, DATABASE_URL=url, **extra)
    code = f"{COUNT}\n{BREAK[how]}\nfor _ in range(3):\n    connect()\nprint('went on')"
    return run([sys.executable, "-c", code], cwd=folder, env=env)


@pytest.mark.parametrize("how", BREAK)
def test_a_log_that_breaks_after_the_first_connection_stops_a_person(tmp_path, how):
    done = broken(project(tmp_path), how, **STG)
    assert "AuditRefused" in done.stderr
    assert "cannot be written" in done.stderr
    assert done.stdout == ""


@needs_no_agent
@pytest.mark.parametrize("how", BREAK)
def test_a_log_that_breaks_after_the_first_connection_stops_no_server_and_not_int(tmp_path, how):
    served = broken(project(tmp_path / "server"), how, **SERVER)
    on_int = broken(project(tmp_path / "int"), how)
    assert (served.returncode, served.stdout) == (on_int.returncode, on_int.stdout) == (0, "went on\n")
    counted = [json.loads(line) for line in served.stderr.splitlines()]
    assert [(one["event"], one["detail"]["repeated"]) for one in counted] == [("connect", 3)]
    assert on_int.stderr.count("cannot be written") == 1


@pytest.fixture
def held(tmp_path):
    """Make a project whose log somebody else has locked, and does not let go."""
    folder = project(tmp_path, URLS["TEST_DATABASE_URL"], URLS["STG_DATABASE_URL"], URLS["DATABASE_URL"])
    log = folder / "logs" / "audit.jsonl"
    log.parent.mkdir()
    with log.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def test_a_lock_that_is_held_refuses_a_person_after_some_seconds(held):
    done = run(["tierguard", "url"], cwd=held, env=environment(**STG))
    assert (done.returncode, done.stdout) == (3, "")
    assert "another process keeps it locked" in done.stderr


@needs_no_agent
def test_a_lock_that_is_held_stops_neither_a_server_nor_int(held):
    served = run(["tierguard", "url"], cwd=held, env=environment(**SERVER))
    assert served.returncode == 0, served.stderr
    assert '"rule":"R3"' in served.stderr
    on_int = run(["tierguard", "url"], cwd=held)
    assert on_int.returncode == 0
    assert on_int.stderr.count("cannot be written") == 1


def test_a_lock_that_is_held_stops_nobody_who_reads(held):
    done = run(["tierguard", "audit", "verify", "--json"], cwd=held)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["records"] == 0


def test_many_threads_do_not_wait_for_a_held_lock_one_after_the_other(held):
    code = COUNT + (
        "from threading import Thread\n"
        "entries = [Entry('connect', target=Location(database=str(number))) for number in range(100)]\n"
        "threads = [Thread(target=process.recorder.count, args=(one, ceiling)) for one in entries]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
    )
    assert run([sys.executable, "-c", code], cwd=held).returncode == 0


@pytest.fixture
def container(tmp_path):
    """Make a project that keeps no log of its own, as a read-only container does."""
    folder = project(tmp_path, URLS["TEST_DATABASE_URL"], URLS["STG_DATABASE_URL"], URLS["DATABASE_URL"])
    config = folder / "tierguard.toml"
    config.write_text(config.read_text().replace('"logs/audit.jsonl"', '"stderr"'))
    return folder


@pytest.mark.parametrize(("extra", "rule"), [({}, "R9"), (STG, "R8"), pytest.param(SERVER, "R3", marks=needs_no_agent)])
def test_records_on_standard_error_count_and_nothing_is_made_on_disk(container, extra, rule):
    before = sorted(container.iterdir())
    done = run(["tierguard", "url"], cwd=container, env=environment(**extra))
    assert done.returncode == 0, done.stderr
    (record,) = map(json.loads, done.stderr.splitlines())
    assert (record["seq"], record["event"], record["rule"]) == (1, "select", rule)
    assert sorted(container.iterdir()) == before


def test_a_person_is_refused_where_standard_error_is_closed(container):
    code = "exec tierguard url 2>&-"
    assert run(["sh", "-c", code], cwd=container, env=environment(**STG)).returncode == 3
    assert run(["sh", "-c", code], cwd=container).returncode == 0


def test_a_forked_child_begins_a_chain_of_its_own_on_standard_error(container):
    code = COUNT + ("import os\nif os.fork() == 0:\n    connect(); sys.stderr.flush(); os._exit(0)\nos.wait()\n")
    done = run([sys.executable, "-c", code], cwd=container)
    assert [json.loads(line)["seq"] for line in done.stderr.splitlines()] == [1, 2, 1]


@pytest.mark.parametrize("subcommand", ["tail", "query", "verify", "report"])
def test_audit_says_that_the_log_is_on_standard_error_and_reads_what_was_collected(container, subcommand):
    done = run(["tierguard", "audit", subcommand], cwd=container)
    assert done.returncode == 2
    assert "standard error" in done.stderr
    assert "--file" in done.stderr
    collected = run(["tierguard", "url"], cwd=container, env=environment(**STG)).stderr
    (container / "collected.jsonl").write_text(collected)
    assert run(["tierguard", "audit", "--file", "collected.jsonl", subcommand], cwd=container).returncode == 0


def test_a_doctor_finds_nothing_wrong_with_a_log_on_standard_error(container):
    found = json.loads(run(["tierguard", "doctor", "--json"], cwd=container).stdout)
    assert not [one for one in found if one["id"].startswith("audit-")]


def test_a_refusal_names_the_tier_that_was_refused_and_is_no_act_on_int(folder, prod_cluster):
    attack(folder, prod_cluster.url("prod"), "attempt()")
    (record,) = [one.data for one in read([folder / "logs" / "audit.jsonl"]) if one.data["event"] == "connect"]
    assert (record["tier"], record["decision"], record["rule"]) == (Tier.PROD, "refuse", "above-int")
