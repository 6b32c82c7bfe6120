"""What a server may do on PROD without a person: all that serving takes, and nothing that destroys or administers."""

import json
from itertools import product
from pathlib import Path

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run

from tierguard.deciding.policy import decide
from tierguard.model import Authority, Operation, Outcome, Tier
from tierguard.statements.effects import GRAVITY

pytestmark = needs_no_agent

DATABASE = "served"
SERVER = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true"}
THERE = """
CREATE TABLE people (id int PRIMARY KEY, nickname text);
CREATE TABLE notes (id int, of int REFERENCES people);
CREATE VIEW named AS SELECT id FROM people;
CREATE INDEX notes_of ON notes (of);
CREATE TYPE mood AS ENUM ('good');
CREATE SCHEMA shelf CREATE TABLE book (id int);
CREATE TABLE events (day date) PARTITION BY RANGE (day);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE MATERIALIZED VIEW report AS SELECT count(*) FROM people;
CREATE FUNCTION greet() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE ROLE clerk;
"""
# What serving and its jobs send, each a session of its own: statements between bars, in one transaction if it begins.
SERVED, REFUSED = ((Path(clusters.__file__).parent / name).read_text() for name in ("served.txt", "not_served.txt"))
DRIVE = """
import json, sys, psycopg, tierguard
tierguard.install()
url, told = tierguard.resolve().url, {}
for line in sys.stdin.read().splitlines():
    with psycopg.connect(url, autocommit=True) as connection:
        told[line] = "passed"
        for text in line.split(" | "):
            try:
                connection.execute(text)
            except tierguard.PolicyRefused as refusal:
                told[line] = refusal.rule
                break
            except psycopg.Error as error:
                told[line] = str(error)
        connection.rollback()
print(json.dumps(told))
"""


def lines(text):
    return [line for line in text.splitlines() if line]


@pytest.fixture(scope="module")
def project(tmp_path_factory, prod_cluster):
    clusters.make_database(prod_cluster, DATABASE)
    clusters.stamp(prod_cluster, DATABASE, "prod")
    prod_cluster.admin(THERE, DATABASE)
    yield clusters.project(tmp_path_factory.mktemp("served") / "project", "", "", prod_cluster.url(DATABASE))
    clusters.drop_database(prod_cluster, DATABASE)
    prod_cluster.admin("DROP ROLE clerk")


@pytest.fixture(scope="module")
def told(project):
    """Send every line to PROD from one server process; return what came of each, by the line."""
    done = run(["python", "-c", DRIVE], cwd=project, env=environment(**SERVER), input=SERVED + REFUSED)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("line", lines(SERVED))
def test_what_serving_takes_goes_on(told, line):
    assert told[line] == "passed"


@pytest.mark.parametrize("line", lines(REFUSED))
def test_what_destroys_or_administers_is_refused(told, line):
    assert told[line] in {"prod-server-destroy", "prod-server-admin", "prod-never-reset"}


def test_nothing_is_lost_by_what_was_refused(told, prod_cluster):
    assert told
    found = prod_cluster.admin(
        "SELECT to_regclass(n) IS NOT NULL FROM unnest('{notes,people,named,notes_of,report,shelf.book,events_old}'"
        "::text[]) n",
        DATABASE,
    )
    assert set(found) == {("t",)}


def test_every_statement_of_a_server_is_judged_as_the_policy_says():
    refused = {one for one in GRAVITY if decide(Tier.PROD, one, Authority.SERVER).outcome is Outcome.REFUSE}
    assert refused == {Operation.DESTROY, Operation.ADMIN, Operation.DROP_DATABASE}
    assert {decide(tier, one, Authority.SERVER).outcome for tier, one in product((Tier.INT, Tier.STG), GRAVITY)} == {
        Outcome.ALLOW
    }


def test_what_reaches_every_row_is_counted_and_not_recorded_each_time(project, told):
    assert told
    code = (
        "import psycopg, tierguard; tierguard.install()\n"
        "with psycopg.connect(tierguard.resolve().url) as c:\n"
        "    for n in range(500): c.execute('UPDATE people SET nickname = %s', [str(n)])"
    )
    log = project / "logs" / "audit.jsonl"
    before = len(log.read_text().splitlines())
    done = run(["python", "-c", code], cwd=project, env=environment(**SERVER))
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    bulk = [one for one in records if one["operation"] == "bulk_write"]
    assert 1 <= len(bulk) <= 5
    assert sum(one["detail"].get("repeated", 1) for one in bulk) == 500


PLAIN = "import psycopg, tierguard; psycopg.connect(tierguard.resolve().url).execute('TRUNCATE notes')"
AS_DJANGO = """
import psycopg, sys, tierguard
try:
    try: psycopg.connect(tierguard.resolve().url).execute('DROP TABLE notes')
    except Exception as error: raise RuntimeError("it could not be flushed") from error
except RuntimeError as error: print(error, file=sys.stderr); sys.exit(1)
"""


@pytest.mark.parametrize("code", [PLAIN, AS_DJANGO], ids=["uncaught", "turned into an error of a framework"])
def test_a_script_that_does_it_ends_with_3(project, code):
    done = run(["python", "-c", code], cwd=project, env=environment(**SERVER))
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "prod-server-destroy" in done.stderr
