"""``status`` shows its table whatever fails: what cannot be looked at is a cell and a line, never a traceback."""

import json
import os
import subprocess
import sys

import pytest
from support import clusters
from support.child import PROGRAMS, environment, run

from tierguard.databases.tables import EXACT_BELOW
from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")
SECRET = "Zq7secret"
HEADS = ["tier", "reachable", "marker", "migration", "rows", "size", "endpoint"]


@pytest.fixture
def make(int_cluster, tmp_path):
    """Make a database of INT with these statements run in it, and a project whose INT a plain role reaches."""

    def database(*statements, **options):
        clusters.make_role(int_cluster, "cells")
        clusters.make_database(int_cluster, "cells")
        clusters.stamp(int_cluster, "cells", Tier.INT)
        for statement in statements:
            int_cluster.admin(statement, "cells")
        return clusters.project(tmp_path, int_cluster.url("cells", user="cells"), **options)

    yield database
    clusters.drop_database(int_cluster, "cells")


def look(project, **variables):
    """Return what ``status`` says to a person and to a program."""
    table = run(["tierguard", "status"], cwd=project, env=environment(COLUMNS="200", **variables))
    value = run(["tierguard", "status", "--json"], cwd=project, env=environment(**variables))
    assert "Traceback" not in table.stderr + value.stderr
    assert table.stdout.splitlines()[2].split() == HEADS
    return table, json.loads(value.stdout)["tiers"]["int"]


def cells(done, tier="INT"):
    return " ".join(next(line for line in done.stdout.splitlines() if line.startswith(f"[{tier}]")).split())


def test_every_tier_has_its_endpoint_also_prod_that_is_not_asked(make, int_cluster):
    project = make("CREATE TABLE person AS SELECT 1 AS id", prod_url=f"postgresql://u:{SECRET}@db.example.com/shop")
    done, state = look(project)
    endpoint = f"127.0.0.1:{int_cluster.port}/cells"
    assert state["endpoint"] == endpoint
    assert cells(done).startswith("[INT] yes int, bound")
    assert cells(done).endswith(endpoint)
    assert cells(done, "PROD") == "[PROD] not contacted db.example.com:5432/shop"
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_narrow_terminal_leaves_every_cell_in_one_piece(make, int_cluster, columns):
    done = run(["tierguard", "status"], cwd=make(), env=environment(COLUMNS=columns))
    assert done.stdout.splitlines()[2].split() == HEADS
    assert cells(done).endswith(f"127.0.0.1:{int_cluster.port}/cells")


def test_a_table_that_may_not_be_read_is_named_and_the_others_are_counted(make):
    done, state = look(
        make(
            "CREATE TABLE open AS SELECT generate_series(1, 3) AS n",
            "CREATE TABLE closed AS SELECT 1 AS n",
            "GRANT SELECT ON open TO cells",
        )
    )
    assert (done.returncode, state["rows"]) == (0, {"open": 3, "closed": None})
    assert state["unread"] == {"closed": "this role may not read it"}
    assert " 3+ " in cells(done)
    assert "[INT] closed: this role may not read it" in done.stdout


def test_a_table_that_is_locked_is_waited_for_shortly(make, int_cluster):
    project = make("CREATE TABLE busy AS SELECT 1 AS n", "GRANT SELECT ON busy TO cells")
    url = int_cluster.url("cells", host=str(int_cluster.socket))
    command = [str(clusters.programs_of_18() / "psql"), "-qX", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("BEGIN; LOCK TABLE busy; SELECT 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        done, state = look(project)
        holder.stdin.close()
    assert (done.returncode, state["rows"]) == (0, {"busy": None})
    assert "lock timeout" in state["unread"]["busy"]
    assert state["size"] > 0


@pytest.mark.parametrize(
    ("statements", "migration", "cell"),
    [
        (
            ['CREATE SCHEMA "Own"', "CREATE TABLE \"Own\".alembic_version AS SELECT 'a1' AS version_num"],
            None,
            "not rea",
        ),
        (
            ["CREATE TABLE alembic_version AS SELECT 7 AS version_num", "GRANT SELECT ON alembic_version TO cells"],
            "7",
            "7",
        ),
        (
            ["CREATE TABLE alembic_version AS SELECT 1 AS revision", "GRANT SELECT ON alembic_version TO cells"],
            None,
            "-",
        ),
        (["CREATE TABLE alembic_version (version_num text)", "GRANT SELECT ON alembic_version TO cells"], None, "-"),
        (
            [
                f"CREATE SCHEMA {one}; CREATE TABLE {one}.alembic_version AS SELECT 'a1' AS version_num;"
                f"GRANT USAGE ON SCHEMA {one} TO cells; GRANT SELECT ON {one}.alembic_version TO cells"
                for one in ("anna", "ben")
            ],
            "a1",
            "a1",
        ),
    ],
    ids=["closed schema", "number", "other columns", "no row", "two tenants"],
)
def test_a_migration_of_another_schema_or_shape_is_a_cell(make, statements, migration, cell):
    done, state = look(make(*statements))
    assert (done.returncode, state["migration"], state["reachable"]) == (0, migration, True)
    assert cells(done).startswith(f"[INT] yes int, bound {cell}")


def test_a_table_that_was_never_analysed_is_counted_up_to_a_bound(make):
    done, state = look(
        make(
            "CREATE TABLE big WITH (autovacuum_enabled = false) AS SELECT FROM generate_series(1, 100005)",
            "GRANT SELECT ON big TO cells",
        )
    )
    assert (state["rows"], state["at_least"]) == ({"big": EXACT_BELOW}, ["big"])
    assert " 100,000+ " in cells(done)


def test_looking_leaves_no_setting_behind_in_a_session_that_a_pooler_may_share(make, int_cluster):
    project, since = make(), len(int_cluster.log_text())
    look(project)
    told = [entry for entry in int_cluster.user_statements(since, "cells") if "SET" in entry]
    assert told
    assert all("SET LOCAL" in entry for entry in told)


def test_bytes_of_another_encoding_in_the_dotenv_concern_whoever_uses_their_value(make):
    project = make()
    urls = (project / ".env").read_bytes()
    (project / ".env").write_bytes("# Schlüssel\nNAME=Zürich\n".encode("latin-1") + urls)
    done, state = look(project)
    assert (done.returncode, state["reachable"]) == (0, True)
    (project / ".env").write_bytes(f"TEST_DATABASE_URL=postgresql://ü:{SECRET}@h/d\n".encode("latin-1"))
    done, state = look(project)
    assert done.returncode == 2
    assert "TEST_DATABASE_URL has bytes that are not UTF-8" in state["error"]
    assert SECRET not in done.stdout + done.stderr


def test_a_host_that_is_no_name_is_a_server_that_does_not_answer(make):
    project = make()
    (project / ".env").write_text(f"TEST_DATABASE_URL=postgresql://shop:{SECRET}@db..example.com/shop\n")
    done, state = look(project)
    assert (done.returncode, state["reachable"]) == (0, False)
    assert state["error"] == "INT at db..example.com:5432/shop cannot be used: its host is not a valid name."


def test_a_malformed_url_is_said_after_the_table(make):
    project = make()
    (project / ".env").write_text(f"TEST_DATABASE_URL=mysql://shop:{SECRET}@db/shop\n")
    done, state = look(project)
    assert done.returncode == 2
    assert "TEST_DATABASE_URL is not a PostgreSQL URL" in state["error"]
    assert cells(done) == "[INT] unusable"


def test_a_pipe_in_the_place_of_the_dotenv_is_not_waited_for(make):
    project = make()
    (project / ".env").unlink()
    os.mkfifo(project / ".env")
    done, state = look(project)
    assert done.returncode == 2
    assert ".env is a pipe or a socket" in state["error"]


def test_a_folder_that_was_deleted_is_no_obstacle_where_the_project_is_known(make):
    project = make()
    line = ["/bin/sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh", str(PROGRAMS / "tierguard")]
    done = run([*line, "status"], cwd=project, env=environment(TIERGUARD_CONFIG=str(project / "tierguard.toml")))
    assert done.returncode == 0, done.stderr
    assert cells(done).startswith("[INT] yes int, bound")


@pytest.mark.parametrize(
    "command", [["verify"], ["query"], ["report"], ["tail"], ["verify", "--anchor", "logs/anchor"]]
)
def test_the_audit_log_s_readers_do_not_wait_at_a_pipe(make, command):
    project = make()
    (project / "logs").mkdir()
    os.mkfifo(project / "logs" / ("anchor" if "--anchor" in command else "audit.jsonl"))
    done = run(["tierguard", "audit", *command], cwd=project, env=environment())
    assert done.returncode in {1, 2, 4}
    assert "not a regular file" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_piped_into_the_readers_is_read(make):
    record = '{"v":1,"seq":1,"ts":"2026-01-01T00:00:00.000000Z","event":"select","tier":"stg"}\n'
    line = ["tierguard", "audit", "--file", "/dev/stdin", "query", "--json"]
    assert run(line, cwd=make(), env=environment(), input=record).stdout == record


def test_one_variable_holds_the_url_of_the_tier_that_this_environment_has(make, int_cluster):
    project = make("CREATE TABLE person AS SELECT 1 AS id")
    url = int_cluster.url("cells", user="cells")
    (project / "tierguard.toml").write_text(
        'project = "app"\nrequest = "APP_ENV"\ndatabases.default.url = "DATABASE_URL"\n'
    )
    (project / ".env").write_text(f"DATABASE_URL={url}\n")
    done, state = look(project)
    assert (done.returncode, state["marker"], state["proof"]) == (0, "int", "bound")
    assert [cells(done, tier) for tier in ("STG", "PROD")] == [
        f"[{tier}] in another environment" for tier in ("STG", "PROD")
    ]
    told = json.loads(run(["tierguard", "doctor", "--json"], cwd=project, env=environment()).stdout)
    assert not [one for one in told if one["id"] in {"setting-missing", "tiers-share-database"}]
    clusters.stamp(int_cluster, "cells", Tier.STG)
    connect = [sys.executable, "-c", "import psycopg, os; psycopg.connect(os.environ['DATABASE_URL']); print('in')"]
    for asked, code in (("", 3), ("stg", 0)):
        variables = environment(DATABASE_URL=url, **({"APP_ENV": asked} if asked else {}))
        done = run(connect, cwd=project, env=variables)
        assert done.returncode == code, done.stderr
        assert ("above-int" in done.stderr) == bool(code)


def test_a_project_whose_flags_leave_prod_out_is_told_so(make):
    project = make()
    (project / "tierguard.toml").write_text('project = "app"\nflags = { stg = "USE_STG" }\n')
    done = run(["tierguard", "adopt"], cwd=project, env=environment())
    assert "    =prod" not in done.stdout
    assert "set flags.prod or request" in done.stdout
