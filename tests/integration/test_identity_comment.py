"""The database comment is the marker's second place: who finds that it is missing, and who writes it again."""

import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

PREPARE = """
import tierguard
from tierguard.databases.creation import ensure_database
tierguard.install()
print(ensure_database(tierguard.resolve()))
"""
SERVE = "import psycopg, tierguard; tierguard.install(); psycopg.connect(tierguard.resolve().url)"


def read_comment(cluster, dbname):
    query = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{dbname}'"
    return cluster.admin(query)[0][0]


@pytest.fixture
def uncommented(int_cluster):
    """Make a stamped database whose comment somebody replaced."""

    def make(tier):
        clusters.make_database(int_cluster, "uncommented", rows=3)
        clusters.stamp(int_cluster, "uncommented", tier)
        int_cluster.admin("COMMENT ON DATABASE uncommented IS 'Main shop database'")
        return int_cluster.url("uncommented")

    yield make
    clusters.drop_database(int_cluster, "uncommented")


def test_our_tools_write_ints_comment_again(int_cluster, uncommented, tmp_path):
    project = clusters.project(tmp_path, uncommented(Tier.INT))
    done = run([sys.executable, "-c", PREPARE], cwd=project, env=environment())
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
    assert '"tier": "int"' in read_comment(int_cluster, "uncommented")


@needs_no_agent
def test_prods_server_says_so_and_goes_on(int_cluster, uncommented, tmp_path):
    project = clusters.project(tmp_path, prod_url=uncommented(Tier.PROD))
    env = environment(APP_PRODUCTION="true", USE_PROD_DATABASE="true")
    done = run([sys.executable, "-c", SERVE], cwd=project, env=env)
    assert done.returncode == 0, done.stderr
    assert "comment-missing" in done.stderr
    assert read_comment(int_cluster, "uncommented") == "Main shop database"
