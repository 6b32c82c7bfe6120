"""The commands that look at every tier: judged by the gate, and stopped at the marker of what is above the tier."""

import json
import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

STATUS = "import json, tierguard; print(json.dumps(tierguard.status()))"
COMMANDS = {
    "status": ["tierguard", "status", "--json"],
    "adopt": ["tierguard", "adopt", "--json"],
    "doctor": ["tierguard", "doctor", "--json"],
    "tierguard.status()": [sys.executable, "-c", STATUS],
}


@pytest.fixture
def make(int_cluster, tmp_path):
    """Make a project with an INT that is in order; STG's URL is the test's."""
    clusters.make_database(int_cluster, "survey_int", rows=2)
    clusters.stamp(int_cluster, "survey_int", Tier.INT)
    yield lambda stg_url, **more: clusters.project(tmp_path, int_cluster.url("survey_int"), stg_url, **more)
    clusters.drop_database(int_cluster, "survey_int")
    clusters.drop_database(int_cluster, "survey_other")


def look(project, command="status"):
    done = run(COMMANDS[command], cwd=project, env=environment())
    return done, json.loads(done.stdout)


def records(project):
    lines = (project / "logs" / "audit.jsonl").read_text().splitlines()
    return [(r["event"], r["decision"], r["rule"]) for r in map(json.loads, lines)]


@pytest.mark.parametrize("command", COMMANDS)
def test_prod_behind_stgs_url_is_known_by_its_marker_and_nothing_of_it_is_read(make, prod_cluster, command):
    project = make(prod_cluster.url("prod"))
    since = len(prod_cluster.log_text())
    done, told = look(project, command)
    assert prod_cluster.user_statements(since, "prod") == []
    assert ("connect", "refuse", "above-stg") in records(project)
    assert f"prod at 127.0.0.1:{prod_cluster.port} is PROD, and this process may use at most STG" in done.stdout
    assert "stamp stg" not in done.stdout + done.stderr
    assert done.returncode == (1 if command in {"adopt", "doctor"} else 0)
    if command in {"status", "tierguard.status()"}:
        state = told["tiers"]["stg"]
        assert (state["reachable"], state["marker"], state["proof"]) == (True, "prod", "bound")
        assert (state["rows"], state["size"]) == ({}, None)
        assert told["tiers"]["int"]["rows"] == {"person": 2}


def test_the_table_for_people_says_so_too(make, prod_cluster):
    done = run(["tierguard", "status"], cwd=make(prod_cluster.url("prod")), env=environment())
    assert done.returncode == 0, done.stderr
    assert "not looked at" in done.stdout
    assert "may use at most STG" in done.stdout


def test_the_migration_is_read_from_whatever_schema_it_is_kept_in(make, int_cluster):
    project = make("")
    int_cluster.admin(
        'CREATE SCHEMA "Own"; CREATE TABLE "Own".alembic_version AS SELECT \'a1\'::text AS version_num', "survey_int"
    )
    done, told = look(project)
    assert done.returncode == 0, done.stderr
    assert (told["tiers"]["int"]["migration"], told["tiers"]["int"]["rows"]) == ("a1", {"person": 2})


def test_prod_that_was_renamed_is_no_copy_to_be_stamped_stg(make, int_cluster):
    clusters.make_database(int_cluster, "survey_live", rows=2)
    clusters.stamp(int_cluster, "survey_live", Tier.PROD)
    clusters.drop_database(int_cluster, "survey_other")
    int_cluster.admin("ALTER DATABASE survey_live RENAME TO survey_other")
    done, (_, row, _) = look(make(int_cluster.url("survey_other")), "adopt")
    assert (row["state"], row["command"]) == ("copy", "")
    assert f"survey_other at 127.0.0.1:{int_cluster.port} is PROD, renamed from survey_live" in row["note"]
    assert "tierguard stamp prod" in row["note"]
    assert "stamp stg" not in done.stdout + done.stderr


def test_an_unmarked_database_is_not_looked_into_either(make, int_cluster):
    project = make(clusters.make_database(int_cluster, "survey_other", rows=2))
    since = len(int_cluster.log_text())
    state = look(project)[1]["tiers"]["stg"]
    assert (state["proof"], state["rows"], state["finding"]["id"]) == ("unmarked", {}, "unmarked")
    assert int_cluster.user_statements(since, "survey_other") == []


def test_looking_at_an_empty_database_stamps_nothing(make, int_cluster):
    project = make(clusters.make_database(int_cluster, "survey_other"))
    for command in COMMANDS:
        look(project, command)
    assert look(project)[1]["tiers"]["stg"]["proof"] == "empty"
    assert int_cluster.admin("SELECT count(*) FROM pg_namespace WHERE nspname = 'tierguard'", "survey_other") == [
        ("0",)
    ]


def test_stgs_url_that_leads_to_int_is_said(make, int_cluster):
    done, (_, row, _) = look(make(int_cluster.url("survey_int")), "adopt")
    assert (done.returncode, row["state"], row["command"]) == (1, "elsewhere", "")


@needs_no_agent
def test_prods_url_that_leads_to_int_is_not_counted_as_prod(make, int_cluster):
    project = make(int_cluster.url("survey_int"), prod_url=int_cluster.url("survey_int"))
    server = environment(USE_PROD_DATABASE="true", APP_PRODUCTION="true")
    done = run(COMMANDS["status"], cwd=project, env=server)
    state = json.loads(done.stdout)["tiers"]["prod"]
    assert (state["finding"]["id"], state["finding"]["allowed"], state["rows"]) == ("not-prod", False, {})
