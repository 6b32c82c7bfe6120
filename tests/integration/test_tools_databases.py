"""The tools that change a database: creating one that is missing, and emptying one."""

import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run

from tierguard import tools
from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

ENSURE = """
import sys, click, tierguard
from tierguard import tools
ensure = lambda: print(tools.ensure_database(tierguard.resolve()))
sys.exit(tools.run_command(click.Command("x", callback=ensure), name="x", arguments=[]))
"""
MADE = """
CREATE TABLE parent (id serial PRIMARY KEY);
CREATE TABLE "a %s b" (parent int REFERENCES parent);
CREATE VIEW shown AS SELECT * FROM parent;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM parent;
CREATE SEQUENCE loose;
CREATE TYPE mood AS ENUM ('good');
CREATE DOMAIN small AS int CHECK (VALUE < 9);
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE two() LANGUAGE sql AS 'SELECT 2';
CREATE SCHEMA other CREATE TABLE inner_one (id int);
"""
LEFT = """
SELECT relname FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v', 'm', 'S')
UNION ALL SELECT proname FROM pg_proc WHERE oid >= 16384 AND pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL SELECT typname FROM pg_type WHERE oid >= 16384 AND typnamespace = 'public'::regnamespace
UNION ALL SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg_%'
"""


def test_emptying_takes_what_the_project_made_and_leaves_the_marker_and_the_extensions(int_cluster):
    clusters.make_database(int_cluster, "tools_empty")
    clusters.stamp(int_cluster, "tools_empty", Tier.INT)
    before = int_cluster.admin(LEFT, "tools_empty")
    extensions = int_cluster.admin("SELECT extname FROM pg_extension ORDER BY 1", "tools_empty")
    int_cluster.admin(MADE, "tools_empty")

    def fetch(statement):
        return [row[0] for row in int_cluster.admin(statement, "tools_empty")]

    try:
        assert tools.drop_objects(fetch) > 0
        assert int_cluster.admin(LEFT, "tools_empty") == before == [("tierguard",)]
        assert int_cluster.admin("SELECT extname FROM pg_extension ORDER BY 1", "tools_empty") == extensions
        assert tools.drop_objects(fetch) == 0
    finally:
        clusters.drop_database(int_cluster, "tools_empty")


def test_a_missing_int_is_created_and_stamped_once(int_cluster, tmp_path):
    clusters.drop_database(int_cluster, "tools_new")
    project = clusters.project(tmp_path, int_cluster.url("tools_new"), extra='gate = "call"')
    try:
        for expected in ("True\n", "False\n"):
            done = run([sys.executable, "-c", ENSURE], cwd=project, env=environment())
            assert (done.returncode, done.stdout) == (0, expected), done.stderr
        (comment,) = int_cluster.admin("SELECT obj_description('tierguard'::regnamespace)", "tools_new")[0]
        assert '"tier": "int"' in comment
    finally:
        clusters.drop_database(int_cluster, "tools_new")


@needs_no_agent
def test_a_missing_prod_is_never_created(int_cluster, tmp_path):
    clusters.drop_database(int_cluster, "tools_live")
    project = clusters.project(tmp_path, prod_url=int_cluster.url("tools_live"))
    env = environment(APP_PRODUCTION="true", USE_PROD_DATABASE="true")
    done = run([sys.executable, "-c", ENSURE], cwd=project, env=env)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "prod-create" in done.stderr
    assert int_cluster.admin("SELECT FROM pg_database WHERE datname = 'tools_live'") == []


def test_prod_behind_ints_url_is_refused_in_a_program_that_called_for_no_gate(int_cluster, tmp_path):
    clusters.make_database(int_cluster, "tools_live", rows=3)
    clusters.stamp(int_cluster, "tools_live", Tier.PROD)
    int_cluster.admin("COMMENT ON DATABASE tools_live IS 'Main shop database'")
    project = clusters.project(tmp_path, int_cluster.url("tools_live"), extra='gate = "call"')
    try:
        done = run([sys.executable, "-c", ENSURE], cwd=project, env=environment())
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert "above-int" in done.stderr
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'tools_live'"
        assert int_cluster.admin(query) == [("Main shop database",)]
    finally:
        clusters.drop_database(int_cluster, "tools_live")
