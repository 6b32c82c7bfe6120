"""Consent that ``tierguard run`` hands down, between real processes: to whom, for how long, for what."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

import pexpect
import pytest
from support import clusters
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.patience import patience, wait_until

from tierguard.model import Tier

YES = "Type yes to go on, anything else stops here:"
NAME = "Type app/prod to go on, anything else stops here:"
HERE = Path(__file__).parent

pytestmark = needs_no_agent


@pytest.fixture(scope="module")
def project(tmp_path_factory, prod_cluster, int_cluster):
    """Make a project with a PROD that can be written to, and another database of PROD beside it."""
    for name in ("lent", "lent_beside"):
        clusters.make_database(prod_cluster, name, rows=10)
        clusters.stamp(prod_cluster, name, Tier.PROD)
    clusters.make_database(int_cluster, "lent_int", rows=1)
    clusters.stamp(int_cluster, "lent_int", Tier.INT)
    folder = clusters.project(
        tmp_path_factory.mktemp("lent") / "project", int_cluster.url("lent_int"), prod_url=prod_cluster.url("lent")
    )
    for script in (HERE / "lent").iterdir():
        (folder / script.name).write_text(script.read_text())
    return folder


def at_terminal(project, *words, answers, **env):
    return type_at_terminal(["tierguard", "run", *words], cwd=project, env=environment(**env), answers=answers)


def records(project):
    lines = (project / "logs" / "audit.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def rows(prod_cluster):
    return int(prod_cluster.admin("SELECT count(*) FROM person", "lent")[0][0])


@pytest.fixture(scope="module")
def family(project, prod_cluster):
    """Let one consent to read be used, and tried out, by every kind of descendant; return what each of them got."""
    other = prod_cluster.url("lent_beside")
    said, code = at_terminal(
        project,
        *("--tier", "prod", "--operation", "read", "--for", "8h", "--", "python", "family.py"),
        answers=[(YES, "yes\r")],
        OTHER_URL=other,
    )
    assert code == 0, said
    return json.loads((project / "family.json").read_text()) | {"said": said, "records": records(project)}


@pytest.mark.parametrize(
    "who", ["child", "grandchild", "pipeline", "forked", "spawned", "daemon", "nested run", "isolated"]
)
def test_a_descendant_reads_without_a_question(family, who):
    assert family[who] == "got prod 10"


WRITERS = ["child", "daemon", "psql", "nested psql", "asyncpg", "psycopg2", "pg8000"]


@pytest.mark.parametrize("who", WRITERS)
def test_a_descendant_cannot_write_what_is_lent_for_reading(family, prod_cluster, who):
    said = family[f"{who} writes"]
    assert "read-only" in said or "is for reading only. Reads go on. To change something" in said, said
    assert rows(prod_cluster) == 10


def test_a_child_that_libpq_does_not_configure_cannot_be_authorized_to_write(family):
    assert family["authorizes"].startswith("refused consent-read")


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("agent", "refused R7: Production database access requested in non-interactive mode. Here a coding agent"),
        ("other user", "its folder is not this user's alone"),
        ("other database", "refused consent-elsewhere"),
        ("nested run that writes", "3"),
        ("service", "stg"),
    ],
)
def test_who_is_not_meant_gets_nothing(family, who, what):
    assert family[who].startswith(what), family[who]


def test_tests_and_ci_stay_on_int(family):
    assert family["test run"] == "got int 1"
    assert family["ci"].startswith("refused above-int"), "CI's own database is what DATABASE_URL says, and that is PROD"


def test_explain_says_what_would_happen(family):
    assert family["explain"] == ["allow", "prod", "R6"]


def test_the_person_is_told_to_what_it_is_handed_down(family):
    handed = "handed down, to read there, until it ends and for 8h at most, to what this starts: python family.py"
    assert handed in family["said"]


def test_its_begin_its_use_and_its_end_are_recorded(family):
    lender = int(Path(family["path"]).parent.name.split("-")[2])
    begin, *_, end = [one for one in family["records"] if one["actor"]["pid"] == lender if one["event"] != "connect"][
        1:
    ]
    assert begin["operation"] == "read"
    assert begin["detail"]["lent"] | {"seconds": 28800, "reason": "", "operation": "read"} == begin["detail"]["lent"]
    used = [one["detail"]["lent"] for one in family["records"] if one["event"] == "select" and "lent" in one["detail"]]
    assert len([one for one in used if one["lender"] == lender]) >= 6
    assert (end["event"], end["detail"]["lent"]["exit"], end["detail"]["lent"]["unasked"]) == ("outcome", 0, 0)
    assert end["detail"]["lent"]["processes"] >= 6
    agents = [one for one in family["records"] if one["actor"]["kind"] == "agent"]
    assert {one["decision"] for one in agents} == {"refuse"}


def test_the_same_command_outside_or_after_it_is_refused(family, project):
    done = run(["python", "read.py"], cwd=project, env=environment(USE_PROD_DATABASE="true"))
    assert "R7" in done.stdout
    after = environment(USE_PROD_DATABASE="true", TIERGUARD_CONSENT=family["path"])
    done = run(["python", "read.py"], cwd=project, env=after)
    assert "refused R7" in done.stdout
    assert (
        "The consent that tierguard run hands down is not this process's: tierguard run has ended"
        in (" ".join(done.stdout.split()))
        or "its folder is not this user's alone" in done.stdout
    )
    assert not Path(family["path"]).parent.exists()


@pytest.fixture
def open_run(project):
    """Start ``tierguard run`` in a pseudo-terminal that a test types into as it likes."""
    opened = []

    def start(*words, answer="yes\r", question=YES, **env):
        child = pexpect.spawn(
            "tierguard",
            ["run", "--tier", "prod", *words],
            cwd=str(project),
            env=environment(**env),
            encoding="utf-8",
            timeout=patience(),
            dimensions=(40, 200),
        )
        opened.append(child)
        child.expect_exact(question)
        child.send(answer)
        return child

    yield start
    for child in opened:
        child.close(force=True)


def test_a_stranger_gets_nothing_while_it_lasts(open_run, project):
    child = open_run("--", "sh", "-c", "echo at $TIERGUARD_CONSENT.; read line")
    child.expect(r"at (\S+)\.")
    path = child.match[1]
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(path)
        assert "tierguard run has started" in json.loads(stranger.makefile().readline())["refused"]
    done = run(["python", "read.py"], cwd=project, env=environment(USE_PROD_DATABASE="true", TIERGUARD_CONSENT=path))
    assert "refused R7" in done.stdout
    assert "this process does not descend from the one that answers there" in " ".join(done.stdout.split())
    child.send("\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert records(project)[-1]["detail"]["lent"]["strangers"] == 2


def test_it_expires_by_the_lenders_clock(open_run, project):
    child = open_run("--for", "1s", "--", "sh", "-c", "python until_refused.py expired < /dev/null")
    child.expect(pexpect.EOF)
    child.close()
    assert "its time is over" in (project / "expired").read_text()


def test_it_dies_with_the_lender(open_run, project):
    left = open_run("--", "python", "until_refused.py", "died")
    left.expect(r"at (\S+)\.")
    path = Path(left.match[1])
    os.kill(left.pid, signal.SIGKILL)
    wait_until((project / "died").exists)
    assert "tierguard run has ended" in (project / "died").read_text()
    assert path.parent.exists()
    open_run("--", "true").expect(pexpect.EOF)  # the next one tidies up
    assert not path.parent.exists()


ACCOUNT = ["spent True", "too much False", "agreed typed app/prod +20 for order 17", "spent True", "again False"]


@pytest.mark.parametrize("how", ["in front", "behind a job"])
def test_a_writing_child_is_asked_at_the_lenders_terminal_and_counted_there(open_run, project, how):
    child = open_run(
        *("--operation", "write", "--", "python", "write.py", how),
        question=NAME,
        answer="app/prod order 17 was booked twice\r",
    )
    child.expect(r"Process \d+ asks: python write.py")
    child.expect_exact("Twenty rows would go.")
    child.expect_exact("Type app/prod to go on")
    child.expect_exact("stops here:")
    child.send("app/prod +20 for order 17\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert json.loads((project / "write.json").read_text()) == ACCOUNT
    end = records(project)[-1]
    assert (end["operation"], end["detail"]["lent"]["unasked"]) == ("write", 28)
    assert end["detail"]["lent"] | {"questions": 1, "extended": 20, "exit": 0} == end["detail"]["lent"]
    begin = [one for one in records(project) if one["event"] == "operation" and "detail" in one][-1]
    assert begin["detail"]["lent"]["reason"] == "order 17 was booked twice"


def test_every_process_spends_one_account_and_the_person_sees_what_is_beyond_it(open_run, project, prod_cluster):
    prod_cluster.admin("DELETE FROM person; INSERT INTO person SELECT generate_series(1, 40)", "lent")
    child = open_run("--operation", "write", "--", "python", "delete.py", question=NAME, answer="app/prod a test\r")
    child.expect(r"public.person +5 deleted")
    child.expect_exact("anything else rolls it back:")
    child.send("no\r")
    child.expect(r"public.person +5 deleted")
    child.expect_exact("anything else rolls it back:")
    child.send("app/prod +10\r")
    child.expect(pexpect.EOF)
    assert (project / "delete.said").read_text().split() == ["done", "done", "commit-gate", "done", "done", "done"]
    assert rows(prod_cluster) == 40 - 5 * 5
    prod_cluster.admin("DELETE FROM person; INSERT INTO person SELECT generate_series(1, 10)", "lent")
    assert records(project)[-1]["detail"]["lent"]["processes"] == 6


def test_what_was_not_committed_when_the_lender_died_is_not_committed(open_run, project, prod_cluster):
    child = open_run("--operation", "write", "--", "python", "orphan.py", question=NAME, answer="app/prod a test\r")
    wait_until((project / "orphan.said").exists)
    assert (project / "orphan.said").read_text() == "refused consent-lent"
    child.expect(pexpect.EOF)
    assert rows(prod_cluster) == 10


def test_a_question_that_is_taken_back_gives_the_terminal_back(open_run):
    child = open_run(
        *("--operation", "write", "--reason", "a try", "--", "python", "take_back.py"),
        question=NAME,
        answer="app/prod\r",
    )
    child.expect_exact("Twenty rows would go.")
    child.expect_exact("stops here:")
    child.expect_exact("nobody answered in time")
    child.expect_exact("now type:")
    child.send("hello\r")
    child.expect_exact("heard hello")
    child.expect(pexpect.EOF)


@pytest.mark.parametrize("typed", ["yes\r", "app/prod\r"])
def test_writing_needs_the_name_and_a_reason(project, typed):
    said, code = at_terminal(
        project, "--tier", "prod", "--operation", "write", "--", "touch", "ran", answers=[(NAME, typed)]
    )
    assert code == 3, said
    assert not (project / "ran").exists()


def test_a_program_that_is_no_python_writes_after_the_name(project):
    words = ("--tier", "prod", "--operation", "write", "--reason", "a test", "--for", "2m", "--")
    said, code = at_terminal(
        project, *words, "psql", "-Xqc", "UPDATE person SET id = id", answers=[(NAME, "app/prod\r")]
    )
    assert code == 0, said
    assert "Any other program commits what it likes" in said
    begin = [one for one in records(project) if one["event"] == "operation" and "detail" in one][-1]
    assert begin["detail"]["lent"]["held"] == "python"


@pytest.mark.parametrize(
    "words",
    [
        ["--for", "9h"],
        ["--operation", "delete"],
        ["--operatoin", "read"],
    ],
)
def test_what_is_not_allowed_ends_with_2_and_says_what_is(project, words):
    done = run(["tierguard", "run", "--tier", "prod", *words, "--", "touch", "ran"], cwd=project, env=environment())
    assert done.returncode == 2
    assert any(word in done.stderr for word in ("at most 8h", "'read', 'write'", "Did you mean '--operation'"))
    assert not (project / "ran").exists()


def test_int_needs_none_and_says_so(project):
    done = run(["tierguard", "run", "--operation", "write", "--", "python", "read.py"], cwd=project, env=environment())
    assert (done.returncode, done.stdout) == (0, "got int 1\n")
    assert "INT needs no consent" in done.stderr


def test_on_a_server_reading_is_handed_down_without_a_question_and_nothing_else_is(project):
    server = environment(APP_PRODUCTION="true")
    both = "python read.py; psql -Xqc 'INSERT INTO person VALUES (99)'"
    done = run(
        ["tierguard", "run", "--tier", "prod", "--operation", "read", "--", "sh", "-c", both], cwd=project, env=server
    )
    assert done.stdout == "got prod 10\n"
    assert "read-only" in done.stderr
    done = run(["tierguard", "run", "--tier", "prod", "--operation", "write", "--", "true"], cwd=project, env=server)
    assert done.returncode == 0
    assert "nothing but --operation read is handed down" in done.stderr


def test_what_is_not_the_command_hands_nothing_down(project):
    said, code = type_at_terminal(
        [sys.executable, "-m", "tierguard", "run", "--tier", "prod", "--", "true"],
        cwd=project,
        env=environment(),
        answers=[(YES, "yes\r")],
    )
    assert code == 3
    assert "consent-lent" in said
