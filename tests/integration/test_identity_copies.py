"""A clone and a logical copy of PROD are copies of PROD, and PROD renamed is PROD, until a person stamps them."""

import json
import subprocess
import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run, type_at_terminal

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

USE = "import psycopg, tierguard; print(psycopg.connect(tierguard.resolve('stg').url).execute('SELECT 42').fetchone())"
STG = [sys.executable, "-c", f"import tierguard; tierguard.install(); {USE}"]
PROGRAMS = clusters.programs_of_16()


def reach(cluster, program, *arguments, **options):
    place = ("-h", cluster.host, "-p", str(cluster.port), "-U", clusters.SUPERUSER)
    return subprocess.run([str(PROGRAMS / program), *place, *arguments], check=True, capture_output=True, **options)


def clone(cluster):
    reach(cluster, "createdb", "-T", "prod", "was_cloned")
    return "was_cloned"


def restore(cluster):
    archive = reach(cluster, "pg_dump", "--format=custom", "prod").stdout
    clusters.make_database(cluster, "was_restored")
    reach(cluster, "pg_restore", "-d", "was_restored", input=archive)
    return "was_restored"


def rename(cluster):
    clusters.make_database(cluster, "prod_before", rows=10)
    clusters.stamp(cluster, "prod_before", Tier.PROD)
    cluster.admin("ALTER DATABASE prod_before RENAME TO was_renamed")
    return "was_renamed"


@pytest.fixture(params=[clone, restore, rename])
def copied(request, prod_cluster, tmp_path):
    """A project whose STG is a copy of PROD, and the name of that database."""
    dbname = request.param(prod_cluster)
    yield clusters.project(tmp_path, stg_url=prod_cluster.url(dbname), prod_url=prod_cluster.url("prod")), dbname
    clusters.drop_database(prod_cluster, dbname)


def told(dbname):
    """What is said of the database, the command that is advised, and what a person types for it to be STG."""
    if dbname == "was_renamed":
        return " is PROD, renamed from prod_before", "tierguard stamp prod", "app/prod is app/stg"
    return " is a copy of PROD", "tierguard stamp stg", "app/stg"


def test_it_is_reported_with_what_a_person_types(copied):
    project, dbname = copied
    what, command, _ = told(dbname)
    stg = json.loads(run(["tierguard", "adopt", "--json"], cwd=project).stdout)[1]
    assert (stg["tier"], stg["state"]) == ("stg", "copy")
    assert f"{stg['command']}{stg['note']}".endswith(command)
    assert what in stg["note"] or command == stg["command"]


def test_it_is_refused_as_stg(copied, prod_cluster):
    project, dbname = copied
    before = len(prod_cluster.log_text())
    done = run(STG, cwd=project)
    assert done.returncode == 3
    what, command, _ = told(dbname)
    assert what in done.stderr
    assert command in done.stderr
    assert not prod_cluster.user_statements(before, dbname)


@needs_no_agent
def test_it_is_stg_once_a_person_has_stamped_it(copied):
    project, dbname = copied
    _, _, name = told(dbname)
    said, code = type_at_terminal(
        ["tierguard", "stamp", "stg"], cwd=project, env=environment(), answers=[(f"Type {name}", f"{name}\r")]
    )
    assert code == 0, said
    assert f"{dbname} now says that it is STG of app" in said
    done = run(STG, cwd=project)
    assert (done.returncode, done.stdout) == (0, "(42,)\n"), done.stderr


@needs_no_agent
def test_it_stays_a_copy_when_the_person_types_anything_else(copied):
    project, dbname = copied
    _, _, name = told(dbname)
    said, code = type_at_terminal(
        ["tierguard", "stamp", "stg"], cwd=project, env=environment(), answers=[(f"Type {name}", "yes\r")]
    )
    assert code == 3, said
    assert run(STG, cwd=project).returncode == 3
