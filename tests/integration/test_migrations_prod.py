"""Alembic's upgrade of PROD: what a release must declare, and what a person sees before the one answer."""

import json
import shutil
import textwrap

import pytest
from support import clusters
from support.child import PROGRAMS, environment, needs_no_agent, run, type_at_terminal

pytestmark = needs_no_agent

DATABASE = "upgraded"
ENV = """
from sqlalchemy import MetaData
from tierguard.adapters.alembic import run_migrations
run_migrations(MetaData(){options})
"""
REVISION = """
from alembic import op
import sqlalchemy as sa
revision = {name!r}
down_revision = {before!r}
branch_labels = depends_on = None
{says}
def upgrade():
{up}
def downgrade():
    pass
"""
THERE = """
CREATE TABLE people (id int PRIMARY KEY, nickname text);
INSERT INTO people SELECT n, 'n' || n FROM generate_series(1, 7) n;
CREATE TABLE notes (id int, of int REFERENCES people);
INSERT INTO notes SELECT n, 1 FROM generate_series(1, 1234) n;
CREATE INDEX notes_of ON notes (of);
CREATE VIEW named AS SELECT id FROM people;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0000');
"""
SERVER = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true"}
PERSON = {"USE_PROD_DATABASE": "true"}
YES = ("Type yes to go on", "yes\n")
NAME = "Type app/prod to go on"


@pytest.fixture(scope="module")
def prod(prod_cluster):
    prod_cluster.admin("CREATE ROLE prod_reader")
    yield prod_cluster
    prod_cluster.admin("DROP ROLE prod_reader")


@pytest.fixture
def project(tmp_path, prod):
    """Give a project whose PROD has people and notes, and return what writes its revisions."""
    clusters.make_database(prod, DATABASE)
    clusters.stamp(prod, DATABASE, "prod")
    prod.admin(THERE, DATABASE)
    folder = clusters.project(tmp_path / "project", "", "", prod.url(DATABASE))
    with (folder / "tierguard.toml").open("a") as config:
        config.write('prod.backup = "provider"\n')
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations" / "versions").mkdir(parents=True)
    write(folder, "0000", None, "pass")
    (folder / "migrations" / "env.py").write_text(ENV.format(options=""))
    yield folder
    clusters.drop_database(prod, DATABASE)


def write(folder, name, before, up, says=""):
    text = REVISION.format(name=name, before=before, up=textwrap.indent(up, "    "), says=says)
    (folder / "migrations" / "versions" / f"{name}.py").write_text(text)


def revise(folder, *revisions, **options):
    """Write revisions after 0000, each its upgrade and what it declares."""
    before = "0000"
    for number, (up, *says) in enumerate(revisions, 1):
        write(folder, f"{number:04}", before, up, "\n".join(says))
        before = f"{number:04}"
    told = "".join(f", {name}={value!r}" for name, value in options.items())
    (folder / "migrations" / "env.py").write_text(ENV.format(options=told))


def release(project, *args):
    return run([str(PROGRAMS / "alembic"), *(args or ("upgrade", "head"))], cwd=project, env=environment(**SERVER))


def upgrade_at_terminal(project, *answers):
    command = [str(PROGRAMS / "alembic"), "upgrade", "head"]
    return type_at_terminal(command, cwd=project, env=environment(**PERSON), answers=[YES, *answers])


def head(prod):
    return prod.admin("SELECT version_num FROM alembic_version", DATABASE)[0][0]


DROPS = "op.drop_column('people', 'nickname')"
SAYS = 'destroys = ["people.nickname"]'
MAKES = "op.create_table('made', sa.Column('id', sa.Integer))"
ASKS = "if op.get_bind().scalar(sa.text('SELECT 1')): op.execute('DROP TABLE notes')"
GRANTS = "op.execute('GRANT SELECT ON people TO prod_reader')"
REFUSED = {
    "a column, in the second revision": (
        [(MAKES,), (DROPS,)],
        "prod-server-destroy",
        "revision 0002 loses people.nickname",
    ),
    "another thing is declared": (
        [(DROPS, 'destroys = ["people.id"]')],
        "prod-server-destroy",
        "loses people.nickname",
    ),
    "what TRUNCATE empties too": (
        [("op.execute('TRUNCATE people CASCADE')", 'destroys = ["people"]')],
        "prod-server-destroy",
        "loses notes and",
    ),
    "what is in a schema": (
        [("op.execute('DROP SCHEMA public CASCADE')",)],
        "prod-server-destroy",
        "alembic_version",
    ),
    "several in one text": (
        [("op.execute('ALTER TABLE notes DROP of; DROP TABLE IF EXISTS nothing, people CASCADE')",)],
        "prod-server-destroy",
        "loses notes.of, people and",
    ),
    "a block of code": (
        [("op.execute('DO $$ BEGIN DROP TABLE notes; END $$')",)],
        "prod-server-destroy",
        "what cannot be read from its text",
    ),
    "only when it runs": ([(ASKS,)], "prod-server-destroy", "no revision declares that it loses notes"),
    "a privilege": ([(GRANTS,)], "prod-server-admin", 'administers = ["GRANT"]'),
    "a role": (
        [("op.execute('ALTER ROLE prod_reader LOGIN')", 'administers = ["ALTER ROLE"]')],
        "prod-server-admin",
        "never changes",
    ),
    "who belongs to a role": (
        [("op.execute('GRANT prod_reader TO postgres')", 'administers = ["GRANT"]')],
        "prod-server-admin",
        "GRANT ROLE",
    ),
    "no list of names": ([(DROPS, 'destroys = "people.nickname"')], "setting-mismatch", "0001.py: destroys is a list"),
}
DRIVE = """
import json, sys, tierguard
from alembic import command
from alembic.config import Config
from tierguard.adapters.sqlalchemy import make_engine

def upgrade(folder, connection=None):
    config = Config()
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except tierguard.TierguardError as error:
        return [error.rule, str(error)]
    return ["passed", ""]

told = {}
for name, folder in json.load(sys.stdin).items():
    alone = upgrade(folder)
    with tierguard.authorize(tierguard.Operation.MIGRATE) as it, make_engine(it.target.url).connect() as connection:
        told[name] = [alone, upgrade(folder, connection)]
print(json.dumps(told))
"""


def test_a_release_is_refused_what_its_revisions_do_not_declare(project, prod):
    """Alone, and by a program that hands its connection over; nothing is left of any of it."""
    folders = {}
    for name, (revisions, *_) in REFUSED.items():
        folders[name] = f"tries/{len(folders)}"
        shutil.copytree(project / "migrations", project / folders[name] / "migrations")
        revise(project / folders[name], *revisions)
        folders[name] += "/migrations"
    done = run(["python", "-c", DRIVE], cwd=project, env=environment(**SERVER), input=json.dumps(folders))
    assert done.returncode == 0, done.stderr
    for name, outcomes in json.loads(done.stdout).items():
        _, rule, words = REFUSED[name]
        for outcome, message in outcomes:
            assert outcome == rule, (name, outcome, message)
            assert words in message
    assert head(prod) == "0000"


@pytest.mark.parametrize("each", [False, True], ids=["one transaction", "one each"])
def test_a_release_runs_what_its_revisions_declare_and_what_loses_nothing(project, prod, each):
    revise(
        project,
        (DROPS, SAYS),
        ("op.drop_index('notes_of', 'notes')\nop.execute('DROP VIEW named')",),
        (f"{MAKES}\nop.execute('GRANT SELECT ON made TO prod_reader')",),
        ("op.drop_table('made')\nop.drop_constraint('notes_of_fkey', 'notes')",),
        (GRANTS, 'administers = ["GRANT"]'),
        (ASKS, 'destroys = ["public.notes"]'),
        ("op.execute('DO $$ BEGIN DROP TABLE IF EXISTS notes; END $$')", 'destroys = ["notes"]'),
        transaction_per_migration=each,
    )
    done = release(project)
    assert done.returncode == 0, done.stderr
    assert head(prod) == "0007"


def test_a_refusal_of_a_release_names_the_revision_and_what_to_write(project, prod):
    revise(project, (MAKES,), (DROPS,), transaction_per_migration=True)
    done = release(project)
    assert done.returncode == 3, done.stderr
    assert "app/prod: revision 0002 loses people.nickname and does not declare it, so nothing was run" in done.stderr
    assert "In 0002.py: A revision that means to says so in a line of its own: " in done.stderr
    assert 'destroys = ["people.nickname"]' in done.stderr
    assert head(prod) == "0000"


CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.create_index("notes_id", "notes", ["id"], postgresql_concurrently=True)
op.execute("UPDATE people SET nickname = NULL")
op.execute("GRANT SELECT ON people TO prod_reader")
"""


@pytest.mark.parametrize("each", [False, True], ids=["one transaction", "one each"])
def test_a_person_gives_one_answer_to_one_plan(project, prod, each):
    revise(
        project,
        (DROPS,),
        (CONCURRENTLY.replace("UPDATE people SET nickname = NULL", "UPDATE notes SET id = 0"),),
        ("op.drop_table('notes')",),
        transaction_per_migration=each,
    )
    said, code = upgrade_at_terminal(project, (NAME, "app/prod\n"))
    assert code == 0, said
    shown = said.split("a migration changes PROD's schema")[1].split(NAME)[0]
    assert "Revisions to run: 0001, 0002, 0003" in shown
    assert "column people.nickname: dropped" in shown
    assert "CREATE INDEX CONCURRENTLY" in shown
    assert "table notes: dropped, 1,234 rows" in shown
    assert head(prod) == "0003"


def test_what_no_plan_could_show_is_asked_about_when_it_comes(project, prod):
    revise(project, (ASKS,))
    said, code = upgrade_at_terminal(project, (NAME, "app/prod\n"), ("Type app/prod", "no\n"))
    assert "cannot be read beforehand" in said.split(NAME)[0]
    assert "table notes: dropped, 1,234 rows" in said
    assert code == 3, said
    assert head(prod) == "0000"
