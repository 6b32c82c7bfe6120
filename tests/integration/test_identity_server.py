"""Proof is a finding, never an outage, to a server that is entitled to PROD; to INT and STG the lack of it is a no."""

import json
import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

ROLE = "server"
USE = """
import psycopg, sys, tierguard
tierguard.install()
target = tierguard.resolve(sys.argv[1] if len(sys.argv) > 1 else None)
print(psycopg.connect(target.url).execute("SELECT count(*) FROM person").fetchone()[0])
"""


def take_marker(cluster, dbname):
    cluster.admin("DROP SCHEMA tierguard", dbname)
    cluster.admin(f'COMMENT ON DATABASE "{dbname}" IS NULL')


def move_cluster(cluster, dbname):
    text = cluster.admin("SELECT obj_description('tierguard'::regnamespace)", dbname)[0][0]
    marker = json.dumps(json.loads(text) | {"sysid": "7000000000000000001"})
    cluster.admin(f"COMMENT ON SCHEMA tierguard IS '{marker}'; COMMENT ON DATABASE \"{dbname}\" IS '{marker}'", dbname)


def break_probe(cluster, dbname):
    cluster.admin("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC", dbname)


@pytest.fixture(
    params=[(take_marker, "prod-unmarked"), (move_cluster, "prod-rebound"), (break_probe, "marker-unreadable")],
    ids=["no marker", "new system identifier", "failing probe"],
)
def unproven(request, prod_cluster):
    """The URL of a PROD that cannot prove it any more, and the finding that says so."""
    spoil, finding = request.param
    clusters.make_role(prod_cluster, ROLE)
    clusters.make_database(prod_cluster, "live", rows=10)
    clusters.stamp(prod_cluster, "live", Tier.PROD)
    prod_cluster.admin(f'GRANT SELECT ON person TO "{ROLE}"', "live")
    spoil(prod_cluster, "live")
    yield prod_cluster.url("live", user=ROLE), finding
    clusters.drop_database(prod_cluster, "live")


@needs_no_agent
def test_server_goes_on_serving_with_a_finding(unproven, tmp_path):
    url, finding = unproven
    project = clusters.project(tmp_path, prod_url=url)
    env = environment(APP_PRODUCTION="true", USE_PROD_DATABASE="true")
    done = run([sys.executable, "-c", USE], cwd=project, env=env)
    assert (done.returncode, done.stdout) == (0, "10\n"), done.stderr
    assert finding in done.stderr
    records = [json.loads(line) for line in (project / "logs" / "audit.jsonl").read_text().splitlines()]
    assert (finding, "allow") in {(record["rule"], record["decision"]) for record in records}


@pytest.mark.parametrize("tier", ["int", "stg"])
def test_same_database_is_refused_to_a_lower_tier(unproven, tier, tmp_path, prod_cluster):
    url, _ = unproven
    project = clusters.project(tmp_path, int_url=url, stg_url=url)
    before = len(prod_cluster.log_text())
    done = run([sys.executable, "-c", USE, tier], cwd=project)
    assert done.returncode == 3, done.stderr
    assert not prod_cluster.user_statements(before, "live")


@needs_no_agent
@pytest.mark.parametrize("query", ["", "?connect_timeout=30"])
def test_int_behind_prods_url_is_refused_by_a_hosts_name_too(int_cluster, tmp_path, query):
    url = clusters.make_database(int_cluster, "named", rows=1).replace("127.0.0.1", "localhost")
    clusters.stamp(int_cluster, "named", Tier.INT)
    project = clusters.project(tmp_path, prod_url=url + query)
    env = environment(APP_PRODUCTION="true", USE_PROD_DATABASE="true")
    done = run([sys.executable, "-c", USE], cwd=project, env=env)
    clusters.drop_database(int_cluster, "named")
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "not-prod" in done.stderr
