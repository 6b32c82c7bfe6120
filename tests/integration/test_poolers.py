"""What holds behind a pooler in transaction mode, and what does not: docs/recipes/poolers.md says the same."""

import json
import shutil
import subprocess
import sys

import pytest
from support import clusters, pooler
from support.child import environment, run
from support.patience import patience

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")
KINDS = {
    "ours": pooler.Multiplexer,
    "pgbouncer": pytest.param(
        pooler.PgBouncer,
        marks=[
            pytest.mark.soak,  # ours shows the same in half the time
            pytest.mark.skipif(not shutil.which("pgbouncer"), reason="PgBouncer is not installed"),
        ],
    ),
}
COUNT = "SELECT count(*) FROM person"
# A program that connects, asks, waits for a line, and asks again.
BEGIN = "import os, sys\nurl = os.environ['TEST_DATABASE_URL']\n"
TWICE = "\nprint(ask(), flush=True)\nsys.stdin.readline()\nprint(ask(), flush=True)\n"
PSYCOPG = f"""{BEGIN}import psycopg
line = psycopg.connect(url, autocommit=True)
ask = lambda: line.execute('{COUNT}').fetchone()"""
ENGINES = {
    "psycopg": "create_engine(url.replace('postgresql', 'postgresql+psycopg'))",
    "psycopg2": "create_engine(url.replace('postgresql', 'postgresql+psycopg2'))",
    "pg8000": "create_engine(url.replace('postgresql', 'postgresql+pg8000'))",
}
SQLALCHEMY = f"""{BEGIN}
from sqlalchemy import create_engine, text
from tierguard.adapters.sqlalchemy import judge_transactions
engine = {{engine}}
judge_transactions(engine)
def ask():
    with engine.connect() as line:
        return tuple(line.execute(text('{COUNT}')).one())
"""
ASYNC = f"""{BEGIN}
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tierguard.adapters.sqlalchemy import judge_transactions
engine = create_async_engine(
    url.replace('postgresql', 'postgresql+asyncpg'),
    connect_args={{'statement_cache_size': 0, 'prepared_statement_cache_size': 0}},
)
judge_transactions(engine)
loop = asyncio.new_event_loop()
async def one():
    async with engine.connect() as line:
        return tuple((await line.execute(text('{COUNT}'))).one())
ask = lambda: loop.run_until_complete(one())
"""
BY_HAND = f"""{BEGIN}import psycopg
from tierguard.tools import judge_again
line = psycopg.connect(url)
def ask():
    with line.transaction():
        judge_again(line)
        return line.execute('{COUNT}').fetchone()
"""


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def pool(request, int_cluster):
    """Make a pooler that leads to a stamped INT of two rows, as its client's user."""
    clusters.make_database(int_cluster, "pooled", rows=2)
    clusters.stamp(int_cluster, "pooled", Tier.INT)
    made = request.param(int_cluster, "pooled")
    yield made
    made.close()
    clusters.drop_database(int_cluster, "pooled")


@pytest.fixture
def project(pool, tmp_path):
    return clusters.project(tmp_path, f"postgresql://postgres@127.0.0.1:{pool.port}/shop")


def repoint(program, project, pool, goal, user=""):
    """Run a program that asks twice, and lead its pool elsewhere in between. Return what it said, and its errors."""
    (project / "program.py").write_text(program + TWICE)
    url = (project / ".env").read_text().strip().partition("=")[2]
    env = environment(TEST_DATABASE_URL=url)
    pipe = subprocess.PIPE
    command = [sys.executable, "program.py"]
    with subprocess.Popen(command, cwd=project, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        first = child.stdout.readline()
        assert first == "(2,)\n", child.communicate()
        pool.lead(goal, "prod", user)
        then, errors = child.communicate("\n", timeout=patience())
        return then, errors, child.returncode


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg", "pg8000"])
def test_a_new_connection_is_judged_by_what_the_pool_leads_to(project, pool, prod_cluster, driver):
    connect = {
        "psycopg": "import psycopg; psycopg.connect(url)",
        "psycopg2": "import psycopg2; psycopg2.connect(url)",
        "asyncpg": "import asyncio, asyncpg; asyncio.run(asyncpg.connect(url, ssl=False))",
        "pg8000": f"import pg8000.dbapi as d; d.connect('postgres', '127.0.0.1', port={pool.port}, database='shop')",
    }[driver]
    env = environment(TEST_DATABASE_URL=f"postgresql://postgres@127.0.0.1:{pool.port}/shop")
    line = [sys.executable, "-c", f"{BEGIN}{connect}; print('in')"]
    done = run(line, cwd=project, env=env)
    assert (done.returncode, done.stdout) == (0, "in\n"), done.stderr
    pool.lead(prod_cluster, "prod")
    done = run(line, cwd=project, env=env)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "above-int" in done.stderr


def test_a_connection_moves_with_its_pool_as_the_limits_say(project, pool, prod_cluster):
    then, errors, code = repoint(PSYCOPG, project, pool, prod_cluster)
    assert (then, errors, code) == ("(10,)\n", "", 0)


@pytest.mark.parametrize(
    "program",
    [*(SQLALCHEMY.format(engine=engine) for engine in ENGINES.values()), ASYNC, BY_HAND],
    ids=[*ENGINES, "asyncpg", "by hand"],
)
def test_a_transaction_that_is_judged_does_not(project, pool, prod_cluster, program):
    since = len(prod_cluster.log_text())
    then, errors, code = repoint(program, project, pool, prod_cluster)
    assert (then, code) == ("", 3), errors
    assert "above-int" in errors
    assert "person" not in "".join(prod_cluster.user_statements(since, "prod"))


def test_a_role_that_prod_does_not_know_is_refused_by_the_server(project, pool, int_cluster, prod_cluster):
    clusters.make_role(int_cluster, "int_only")
    int_cluster.admin("GRANT SELECT ON person TO int_only", "pooled")
    (project / ".env").write_text(f"TEST_DATABASE_URL=postgresql://int_only@127.0.0.1:{pool.port}/shop\n")
    since = len(prod_cluster.log_text())
    then, errors, code = repoint(PSYCOPG, project, pool, prod_cluster)
    assert (then, code) == ("", 1), errors
    assert "OperationalError" in errors or "query_wait_timeout" in errors  # PgBouncer goes on trying for a while
    assert "person" not in "".join(prod_cluster.user_statements(since, "prod"))


def test_status_and_doctor_say_that_a_pooler_stands_in_between(project):
    told = json.loads(run(["tierguard", "status", "--json"], cwd=project, env=environment()).stdout)
    assert told["tiers"]["int"]["pooled"]
    assert told["tiers"]["int"]["rows"] == {"person": 2}
    found = json.loads(run(["tierguard", "doctor", "--json"], cwd=project, env=environment()).stdout)
    assert [one["subject"] for one in found if one["id"] == "pooler"] == ["int"]


def test_without_a_pooler_they_do_not(int_cluster, tmp_path):
    clusters.make_database(int_cluster, "pooled")
    clusters.stamp(int_cluster, "pooled", Tier.INT)
    project = clusters.project(tmp_path, int_cluster.url("pooled"))
    told = json.loads(run(["tierguard", "status", "--json"], cwd=project, env=environment()).stdout)
    assert "pooled" not in told["tiers"]["int"]
    clusters.drop_database(int_cluster, "pooled")
