"""A database that was there before tierguard: what a person types, what is tolerated meanwhile, and the way back."""

import json
import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run, type_at_terminal

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

TOLERANT = "adopt_until = 2999-01-01"
CONNECT = """
import os, psycopg, tierguard
tierguard.install()
print(psycopg.connect(os.environ.get("ELSEWHERE") or tierguard.resolve().url).execute("SELECT 42").fetchone())
"""


def connect(project, elsewhere=""):
    return run([sys.executable, "-c", CONNECT], cwd=project, env=environment(ELSEWHERE=elsewhere))


def type_name(project, command, tier, name):
    answers = [(f"Type {name}", f"{name}\r")]
    return type_at_terminal(["tierguard", command, tier], cwd=project, env=environment(), answers=answers)


@pytest.fixture
def old(int_cluster, tmp_path):
    """A project whose INT holds data and no marker."""
    url = clusters.make_database(int_cluster, "old", rows=5)
    yield lambda extra="": clusters.project(tmp_path, int_url=url, extra=extra)
    clusters.drop_database(int_cluster, "old")


def test_first_connection_says_what_a_person_types(old):
    done = connect(old())
    assert done.returncode == 3
    assert " holds data and does not say which tier it is" in done.stderr
    assert "tierguard stamp int" in done.stderr


def test_adopt_lists_the_database_with_its_command_and_finds_work(old):
    done = run(["tierguard", "adopt", "--json"], cwd=old())
    row = json.loads(done.stdout)[0]
    assert (row["tier"], row["state"], row["command"]) == ("int", "unmarked", "tierguard stamp int")
    assert done.returncode == 1


@needs_no_agent
def test_all_works_once_the_person_has_typed_it(old):
    project = old()
    said, code = type_name(project, "stamp", "int", "app/int")
    assert code == 0, said
    done = connect(project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(42,)\n", "")
    adopted = run(["tierguard", "adopt", "--json"], cwd=project)
    assert (adopted.returncode, json.loads(adopted.stdout)[0]["state"]) == (0, "adopted")


def test_unmarked_database_is_tolerated_with_a_warning_while_adoption_lasts(old):
    done = connect(old(TOLERANT))
    assert (done.returncode, done.stdout) == (0, "(42,)\n")
    assert "unmarked-tolerated" in done.stderr
    assert "tierguard stamp int" in done.stderr


def test_pytest_says_at_its_end_what_was_tolerated_while_it_captured(old):
    project = old(TOLERANT)
    url = (project / ".env").read_text().partition("=")[2].strip()
    (project / ".env").unlink()
    (project / "test_old.py").write_text(f"import psycopg\n\n\ndef test_old():\n    psycopg.connect({url!r}).close()\n")
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=project)
    assert done.returncode == 0, done.stdout
    assert "tierguard: unmarked-tolerated: old at " in done.stdout


def test_unmarked_database_is_refused_when_adoption_is_over(old):
    assert connect(old("adopt_until = 2020-01-01")).returncode == 3


def test_adoption_tolerates_no_stamped_prod(old, prod_cluster):
    done = connect(old(TOLERANT), prod_cluster.url("prod"))
    assert done.returncode == 3
    assert " is PROD, and this process may use at most INT" in done.stderr


def test_adoption_tolerates_nothing_unmarked_beside_prod(old, prod_cluster):
    url = clusters.make_database(prod_cluster, "beside", rows=1)
    done = connect(old(TOLERANT), url)
    clusters.drop_database(prod_cluster, "beside")
    assert done.returncode == 3


@needs_no_agent
def test_adoption_tolerates_no_pinned_prod(old, int_cluster):
    url = clusters.make_database(int_cluster, "unstampable", rows=5)
    project = old(TOLERANT)
    with (project / ".env").open("a") as file:
        file.write(f"DATABASE_URL={url}\n")
    assert connect(project, url).returncode == 0
    said, code = type_name(project, "pin", "prod", "app/prod")
    assert code == 0, said
    done = connect(project, url)
    clusters.drop_database(int_cluster, "unstampable")
    assert done.returncode == 3
    assert " is PROD, and this process may use at most INT" in done.stderr


def read_traces(cluster, dbname):
    schemas = cluster.admin("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tierguard%'", dbname)
    comments = cluster.admin(
        "SELECT description FROM pg_shdescription JOIN pg_database ON objoid = pg_database.oid "
        f"WHERE datname = '{dbname}'"
    )
    return schemas + comments


@needs_no_agent
def test_remove_takes_every_trace_out(old, int_cluster):
    project = old()
    clusters.stamp(int_cluster, "old", Tier.INT)
    assert len(read_traces(int_cluster, "old")) == 2
    said, code = type_name(project, "pin", "int", "app/int")
    assert code == 0, said
    said, code = type_name(project, "remove", "int", "app/int")
    assert code == 0, said
    assert read_traces(int_cluster, "old") == []
    assert not (project / "tierguard.pins.json").exists()
    assert int_cluster.admin("SELECT count(*) FROM person", "old") == [("5",)]
    assert connect(project).returncode == 3


@needs_no_agent
def test_a_pin_holds_where_the_url_has_a_hosts_name(old):
    project = old()
    env = project / ".env"
    env.write_text(env.read_text().replace("127.0.0.1", "localhost"))
    said, code = type_name(project, "pin", "int", "app/int")
    assert code == 0, said
    assert json.loads((project / "tierguard.pins.json").read_text())["pins"][0]["endpoint"].startswith("localhost:")
    done = connect(project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(42,)\n", "")
    adopted = run(["tierguard", "adopt", "--json"], cwd=project)
    assert (adopted.returncode, json.loads(adopted.stdout)[0]["state"]) == (0, "adopted")
    found = json.loads(run(["tierguard", "doctor", "--json"], cwd=project).stdout)
    assert "unmarked" not in [finding["id"] for finding in found]
