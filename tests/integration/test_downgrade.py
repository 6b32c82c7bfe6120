"""Alembic's downgrade of PROD and of a shared STG: what is shown, what is a reset, and who is asked."""

import json
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import clusters
from support.agents import AGENTS, FEW, title, variables
from support.child import PROGRAMS, environment, needs_no_agent, run, type_at_terminal

pytestmark = needs_no_agent

DATABASE = "downgraded"
ENV = """
from sqlalchemy import MetaData
from tierguard.adapters.alembic import run_migrations
run_migrations(MetaData())
"""
REVISION = """
from alembic import op
import sqlalchemy as sa
revision = {name!r}
down_revision = {before!r}
branch_labels = depends_on = None
def upgrade():
{up}
def downgrade():
{down}
"""
AT_HEAD = """
CREATE TABLE people AS SELECT n AS id, '' AS phone FROM generate_series(1, 7) n;
CREATE TABLE notes AS SELECT n AS id FROM generate_series(1, 1234) n;
CREATE TABLE seen (id int);
CREATE TABLE alembic_version AS SELECT '0003' AS version_num;
"""
PEOPLE = "op.execute('CREATE TABLE people AS SELECT n AS id FROM generate_series(1, 7) n')"
NOTES = """op.execute('CREATE TABLE notes AS SELECT n AS id FROM generate_series(1, 1234) n')
op.add_column('people', sa.Column('phone', sa.Text()))"""
ASKING = "if op.get_bind().scalar(sa.text('SELECT 1')): op.drop_table('seen')"
STEPS = {
    "0001": (PEOPLE, "op.drop_table('people')"),
    "0002": (NOTES, "op.drop_column('people', 'phone')\nop.drop_table('notes')"),
    "0003": ("op.execute('CREATE TABLE seen (id int)')", ASKING),
}
SERVER = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true"}
PERSON = {"USE_PROD_DATABASE": "true"}
YES = ("Type yes to go on", "yes\n")
NAME = "Type app/prod to go on"


def write_migrations(project):
    (project / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    versions = project / "migrations" / "versions"
    versions.mkdir(parents=True)
    (project / "migrations" / "env.py").write_text(ENV)
    before = None
    for name, (up, down) in STEPS.items():
        bodies = {"up": textwrap.indent(up, "    "), "down": textwrap.indent(down, "    ")}
        (versions / f"{name}.py").write_text(REVISION.format(name=name, before=before, **bodies))
        before = name


@pytest.fixture
def project(tmp_path, prod_cluster, int_cluster):
    """Give a project whose PROD is at head, and whose STG is shared."""
    for cluster, tier in ((prod_cluster, "prod"), (int_cluster, "stg")):
        clusters.make_database(cluster, DATABASE)
        clusters.stamp(cluster, DATABASE, tier)
        cluster.admin(AT_HEAD, DATABASE)
    urls = int_cluster.url(DATABASE), prod_cluster.url(DATABASE)
    folder = clusters.project(tmp_path / "project", "", *urls)
    with (folder / "tierguard.toml").open("a") as config:
        config.write('prod.backup = "provider"\nstg.shared = true\n')
    write_migrations(folder)
    yield folder
    for cluster in (prod_cluster, int_cluster):
        clusters.drop_database(cluster, DATABASE)


def alembic(project, *args, **env):
    return run([str(PROGRAMS / "alembic"), *args], cwd=project, env=environment(**env))


def at_terminal(project, *args, answers, **env):
    command = [str(PROGRAMS / "alembic"), *args]
    return type_at_terminal(command, cwd=project, env=environment(**env), answers=answers)


def tables(cluster):
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    return [name for (name,) in cluster.admin(listed, DATABASE)]


def records(project):
    return [json.loads(line) for line in (project / "logs" / "audit.jsonl").read_text().splitlines()]


ALL = ["notes", "people", "seen"]


@pytest.mark.parametrize("where", ["base", "-3", "0001-1", "head-3"])
def test_what_drops_everything_is_a_reset_and_prod_is_never_reset(project, prod_cluster, where):
    said, code = at_terminal(project, "downgrade", where, answers=[YES], **PERSON)
    assert code == 3, said
    assert "prod-never-reset" in said
    assert NAME not in said
    assert tables(prod_cluster) == ALL
    assert [(one["operation"], one["rule"]) for one in records(project)][-1] == ("reset", "prod-never-reset")


def test_a_person_sees_revisions_tables_and_rows_before_typing_the_name(project, prod_cluster):
    said, code = at_terminal(project, "downgrade", "0001", answers=[YES, (NAME, "app/prod\n")], **PERSON)
    assert code == 0, said
    shown = said.split("data on PROD would be lost")[1].split(NAME)[0]
    assert "Revisions undone: 0003, 0002" in shown
    assert "table notes: dropped, 1,234 rows" in shown
    assert "column people.phone: dropped, 7 rows" in shown
    assert "0003 queries the database before it acts, so it may remove anything" in shown
    assert "seen (0 rows) may be touched" in shown
    assert tables(prod_cluster) == ["people"]
    (intent,) = (one for one in records(project) if one["event"] == "operation")
    assert intent["detail"]["consent"] == "typed app/prod"


def test_who_mistypes_the_name_keeps_everything(project, prod_cluster):
    said, code = at_terminal(project, "downgrade", "-1", answers=[YES, (NAME, "yes\n")], **PERSON)
    assert code == 3, said
    assert tables(prod_cluster) == ALL


@pytest.mark.parametrize("where", ["base", "-1"])
def test_a_server_downgrades_nothing(project, prod_cluster, where):
    done = alembic(project, "downgrade", where, **SERVER)
    assert done.returncode == 3, done.stderr
    assert tables(prod_cluster) == ALL


BY_CALL = """
from alembic import command
from alembic.config import Config
import tierguard, psycopg, sqlalchemy
config = Config("alembic.ini")
{handed}
command.{act}(config, "{where}")
{kept}
"""
HANDED = """
target = tierguard.resolve()
from tierguard.adapters.sqlalchemy import make_engine
connection = config.attributes["connection"] = make_engine(target.url).connect()
"""


@pytest.mark.parametrize("handed", ["", HANDED], ids=["alone", "with its connection"])
@pytest.mark.parametrize("where", ["base", "-1"])
def test_a_program_that_calls_alembic_is_judged_as_its_command_line(project, prod_cluster, where, handed):
    code = BY_CALL.format(handed=handed, act="downgrade", where=where, kept="connection.commit()" if handed else "")
    done = run(["python", "-c", code], cwd=project, env=environment(**SERVER))
    assert done.returncode == 3, done.stderr
    assert tables(prod_cluster) == ALL


def test_a_connection_handed_over_migrates_prod_only_where_somebody_allowed_it(project, prod_cluster):
    prod_cluster.admin("DROP TABLE seen; UPDATE alembic_version SET version_num = '0002'", DATABASE)
    bare = BY_CALL.format(handed=HANDED, act="upgrade", where="head", kept="connection.commit()")
    done = run(["python", "-c", bare], cwd=project, env=environment(**SERVER))
    assert done.returncode == 3, done.stderr
    assert "unauthorized" in done.stderr
    assert "Operation.MIGRATE" in done.stderr
    assert "seen" not in tables(prod_cluster)
    held = "with tierguard.authorize(tierguard.Operation.MIGRATE):\n"
    held += "    command.upgrade(config, 'head')\n    connection.commit()"
    allowed = BY_CALL.format(handed=HANDED, act="current", where="", kept=held).replace('(config, "")', "(config)")
    done = run(["python", "-c", allowed], cwd=project, env=environment(**SERVER))
    assert done.returncode == 0, done.stderr
    assert tables(prod_cluster) == ALL


def test_where_no_revision_was_run_a_downgrade_to_base_is_a_reset_too(project, prod_cluster):
    prod_cluster.admin("DROP TABLE alembic_version", DATABASE)
    said, code = at_terminal(project, "downgrade", "base", answers=[YES], **PERSON)
    assert code == 3, said
    assert tables(prod_cluster) == ALL


def test_reading_asks_nobody_for_the_name(project):
    for args in (("current",), ("history",), ("upgrade", "head")):
        done = alembic(project, *args, **SERVER)
        assert done.returncode == 0, done.stderr


RESET = "import tierguard\nwith tierguard.authorize(tierguard.Operation.RESET): print('it was reset')"
STG = {"USE_STG_DATABASE": "true"}
SHARED = "Type app/stg to go on"


@pytest.fixture(scope="module")
def shared_stg(int_cluster):
    clusters.make_database(int_cluster, "shared_stg", rows=3)
    clusters.stamp(int_cluster, "shared_stg", "stg")
    return int_cluster.url("shared_stg")


def refuse_agents_reset(tmp_path, shared_stg, environ):
    project = clusters.project(tmp_path / "project", stg_url=shared_stg)
    with (project / "tierguard.toml").open("a") as config:
        config.write("stg.shared = true\n")
    typing = [("", "yes\r"), ("", "app/stg\r")]
    said, code = type_at_terminal(
        ["python", "-c", RESET], cwd=project, env=environment(**STG, **environ), answers=typing
    )
    assert code == 3, said
    assert "it was reset" not in said
    assert SHARED not in said
    last = records(project)[-1]
    assert (last["decision"], last["rule"], last["actor"]["kind"]) == ("refuse", "typed-name", "agent")


@pytest.mark.parametrize("marker", FEW, ids=title)
def test_an_agent_with_a_terminal_does_not_reset_a_shared_stg(tmp_path, shared_stg, marker):
    refuse_agents_reset(tmp_path, shared_stg, variables(marker))


@pytest.mark.soak
@pytest.mark.parametrize("marker", AGENTS, ids=title)
def test_no_agent_with_a_terminal_resets_a_shared_stg(tmp_path, shared_stg, marker):
    refuse_agents_reset(tmp_path, shared_stg, variables(marker))


def test_an_agent_does_not_downgrade_a_shared_stg_to_nothing(project, int_cluster):
    said, code = at_terminal(project, "downgrade", "base", answers=[], **STG, CLAUDECODE="1")
    assert code == 3, said
    assert "A person types at a terminal: USE_STG_DATABASE=true alembic downgrade base" in said
    assert tables(int_cluster) == ALL


def test_a_person_resets_a_shared_stg(project, int_cluster):
    said, code = at_terminal(project, "downgrade", "base", answers=[(SHARED, "app/stg\n")], **STG)
    assert code == 0, said
    assert tables(int_cluster) == []


@pytest.fixture
def own_stg(project):
    """Make this STG one person's, and put what its revisions made into it."""
    config = project / "tierguard.toml"
    config.write_text(config.read_text().replace("stg.shared = true", "stg.shared = false"))
    return project


def tierguard(project, *args, **env):
    return run([str(PROGRAMS / "tierguard"), *args], cwd=project, env=environment(**env))


@pytest.mark.parametrize("where", ["-2", "base"])
def test_a_downgrade_of_stg_keeps_what_it_takes_and_undo_brings_it_back(own_stg, int_cluster, where):
    int_cluster.admin("UPDATE people SET phone = 'mine' WHERE id = 3", DATABASE)
    done = alembic(own_stg, "downgrade", where, **STG)
    assert done.returncode == 0, done.stderr
    assert "notes" not in tables(int_cluster)
    intent = next(one for one in records(own_stg) if one["event"] == "operation" and one["operation"] != "read")
    assert intent["detail"]["snapshot"].startswith(f"{DATABASE}__tg_snap_")
    undone = tierguard(own_stg, "undo", "stg", "--json")
    assert undone.returncode == 0, undone.stderr
    told = json.loads(undone.stdout)
    assert told["restored"]["name"] == intent["detail"]["snapshot"]
    assert told["restored"]["why"].endswith(f"alembic downgrade{' base' if where == 'base' else ' …'}")
    assert told["schema"] == {"at": ["0003"], "heads": ["0003"], "fits": True, "unknown": []}
    assert tables(int_cluster) == ALL
    assert int_cluster.admin("SELECT phone FROM people WHERE id = 3", DATABASE) == [("mine",)]
    assert int_cluster.admin("SELECT count(*) FROM notes", DATABASE) == [("1234",)]


def test_undo_says_how_the_code_is_reached_from_an_older_schema(own_stg):
    assert alembic(own_stg, "downgrade", "-1", **STG).returncode == 0
    assert alembic(own_stg, "upgrade", "head", **STG).returncode == 0
    assert alembic(own_stg, "downgrade", "-1", **STG).returncode == 0
    assert tierguard(own_stg, "undo", "stg").returncode == 0  # at head
    older = tierguard(own_stg, "undo", "stg")  # and forth again
    assert older.returncode == 0, older.stderr
    assert "Its schema is at 0002, older than this checkout's (0003)." in older.stdout
    assert "USE_STG_DATABASE=true alembic upgrade head" in older.stdout
    (own_stg / "migrations" / "versions" / "0003.py").unlink()
    newer = tierguard(own_stg, "undo", "stg")
    assert newer.returncode == 0, newer.stderr
    assert "Its schema is at 0003, which this checkout does not have" in newer.stdout
    (own_stg / "alembic.ini").unlink()
    assert "schema" not in tierguard(own_stg, "undo", "stg").stdout


def test_an_undo_of_a_shared_stg_asks_a_person_as_its_reset_does(project, int_cluster):
    said, code = at_terminal(project, "downgrade", "base", answers=[(SHARED, "app/stg\n")], **STG)
    assert code == 0, said
    for args, env in (((), {}), ((), {"CLAUDECODE": "1"})):
        done = tierguard(project, "undo", "stg", *args, **env)
        assert done.returncode == 3, done.stderr
        assert "this STG is shared" in done.stderr
        assert "A person types at a terminal: tierguard undo stg" in done.stderr
    assert tables(int_cluster) == []
    command = [str(PROGRAMS / "tierguard"), "undo", "stg"]
    said, code = type_at_terminal(command, cwd=project, env=environment(), answers=[(SHARED, "app/stg\n")])
    assert code == 0, said
    assert "replaces downgraded, which is kept as downgraded__tg_snap_" in said
    assert tables(int_cluster) == ALL


def test_of_two_undos_at_once_one_works_and_the_other_finds_the_database_changed(own_stg, int_cluster):
    assert alembic(own_stg, "downgrade", "-2", **STG).returncode == 0
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: tierguard(own_stg, "undo", "stg"), range(2)))
    codes = sorted(done.returncode for done in both)
    assert codes in ([0, 0], [0, 4]), both  # one after the other, where the second came too late to wait
    assert tables(int_cluster) == (["people"] if codes == [0, 0] else ALL)
    # The second waited, or came in the moment in which the first renamed the databases: one clear line, nothing done.
    late = [done for done in both if done.returncode]
    assert all("tierguard" in done.stderr and "Traceback" not in done.stderr for done in late), both
