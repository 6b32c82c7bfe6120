"""Where no database can be made beside it, STG is emptied in place, and undo puts back the file of what was in it."""

import json
import stat

import pytest
from support import clusters, faults
from support.child import environment, run

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("reset")

# What a project may have beside tables, and what emptying leaves where it is.
MADE = """
SET ROLE plain;
CREATE VIEW shown AS SELECT * FROM person;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
CREATE TYPE mood AS ENUM ('good', 'it''s bad');
CREATE COLLATION plain_order (locale = 'C');
CREATE TABLE "Odd ""Name"" %s" (mood mood, id bigserial);
INSERT INTO "Odd ""Name"" %s" (mood) VALUES ('good'), (E'it''s bad');
CREATE TABLE aside.notes (text text);
INSERT INTO aside.notes VALUES (E'a\\\\.b\\tc\\n\\\\.');
SELECT lo_from_bytea(4711, 'kept');
GRANT SELECT ON person TO reader;
"""
LOOK = """
SELECT string_agg(t::text, ',' ORDER BY t::text) FROM (
  SELECT 'person ' || id::text AS t FROM person UNION ALL SELECT 'odd ' || o::text FROM "Odd ""Name"" %s" o
  UNION ALL SELECT 'note ' || text FROM aside.notes UNION ALL SELECT 'total ' || total(twice(id)) FROM person
  UNION ALL SELECT 'lo ' || encode(lo_get(4711), 'escape') UNION ALL SELECT 'shown ' || count(*) FROM shown
  UNION ALL SELECT 'next ' || last_value FROM "Odd ""Name"" %s_id_seq"
  UNION ALL SELECT 'may ' || has_table_privilege('reader', 'person', 'SELECT')) t
"""
LATE = """
from contextlib import contextmanager
import psycopg
from tierguard.databases.replacing import reloading
allow = reloading.authorize
@contextmanager
def authorize(*args, **more):
    with allow(*args, **more) as grant:
        with psycopg.connect(more["target"].url) as connection:
            connection.execute("INSERT INTO visit VALUES (4711)")
        yield grant
reloading.authorize = authorize
"""


@pytest.fixture
def project(int_cluster, tmp_path):
    """A project whose role may not create databases."""
    yield furnish(int_cluster, tmp_path)
    clusters.drop_database(int_cluster, "inplace")


def furnish(cluster, folder, *, extension="citext"):
    """Make a STG with all kinds of things in it, and a schema for an extension."""
    for role in ("plain", "reader"):
        clusters.make_role(cluster, role)
    clusters.make_database(cluster, "inplace", owner="plain", rows=5)
    clusters.stamp(cluster, "inplace", Tier.STG)
    cluster.admin(
        f"CREATE SCHEMA aside; GRANT ALL ON SCHEMA aside TO plain; CREATE EXTENSION {extension} SCHEMA aside; "
        "ALTER TABLE person OWNER TO plain",
        "inplace",
    )
    cluster.admin(MADE, "inplace")
    return clusters.project(folder / "a project", stg_url=cluster.url("inplace", user="plain"))


def names(cluster):
    return cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'inplace%'")


def files(project):
    return sorted((project / ".tierguard" / "snapshots").glob("*/*.dump"))


def test_the_old_rows_are_a_file_that_undo_puts_back_and_back(int_cluster, project):
    before = int_cluster.admin(LOOK, "inplace")
    said = faults.do(project, "reset")
    assert "emptied in place: the role plain may not create databases; its snapshot is a file" in said
    (file,) = files(project)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]
    assert (project / ".tierguard" / ".gitignore").read_text() == "*\n"
    assert int_cluster.admin("SELECT count(*) FROM visit", "inplace") == [("40",)]
    int_cluster.admin("SET ROLE plain; CREATE TABLE since AS SELECT 1", "inplace")
    faults.do(project, "undo")
    assert int_cluster.admin(LOOK, "inplace") == before
    assert int_cluster.admin("SELECT to_regclass('visit'), to_regclass('since')", "inplace") == [(None, None)]
    faults.do(project, "undo")
    assert int_cluster.admin("SELECT count(*) FROM since, visit", "inplace") == [("40",)]
    assert names(int_cluster) == [("inplace",)]


def test_on_a_server_that_holds_prod_nothing_is_created_or_copied(prod_cluster, tmp_path):
    project = furnish(prod_cluster, tmp_path, extension="vector")
    try:
        prod_cluster.admin("ALTER ROLE plain CREATEDB")
        before = prod_cluster.admin(LOOK, "inplace")
        since = len(prod_cluster.log_text())
        assert "the server holds a PROD, and nothing is created beside it" in faults.do(project, "reset")
        assert prod_cluster.admin("SELECT count(*) FROM visit", "inplace") == [("40",)]
        faults.do(project, "keep")
        faults.do(project, "undo")
        faults.do(project, "undo")
        faults.do(project, "undo")
        (*_, oldest) = json.loads(
            run(["tierguard", "snapshot", "list", "stg", "--json"], cwd=project, env=environment()).stdout
        )["snapshots"]
        back = ["tierguard", "snapshot", "restore", oldest["name"], "--tier", "stg"]
        done = run(back, cwd=project, env=environment())
        assert done.returncode == 0, done.stderr
        assert prod_cluster.admin(LOOK, "inplace") == before
        assert 'DATABASE "' not in prod_cluster.log_text()[since:]
    finally:
        prod_cluster.admin("ALTER ROLE plain NOCREATEDB")
        clusters.drop_database(prod_cluster, "inplace")


def test_rows_that_came_while_a_person_was_asked_are_kept_too(int_cluster, project):
    faults.do(project, "reset")
    int_cluster.admin("TRUNCATE person, visit", "inplace")
    faults.do(project, "undo", prelude=LATE)
    faults.do(project, "undo")
    assert int_cluster.admin("SELECT id FROM visit", "inplace") == [("4711",)]


def test_it_is_listed_as_an_archive_and_pruned_like_the_rest(project):
    for _ in range(7):
        faults.do(project, "keep")
    assert len(files(project)) == 5
    listed = run(["tierguard", "snapshot", "list", "stg", "--json"], cwd=project, env=environment())
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count('"archive"') == 5
    assert len(list(files(project)[0].parent.glob("*"))) == 10
    for args, gone in (((), 0), (("--all",), 5)):
        pruned = run(["tierguard", "snapshot", "prune", "stg", "--json", *args], cwd=project, env=environment())
        assert pruned.returncode == 0, pruned.stderr
        assert len(json.loads(pruned.stdout)["dropped"]) == gone
    assert list(project.joinpath(".tierguard", "snapshots").glob("*/*")) == []


def test_what_cannot_be_put_back_changes_nothing(int_cluster, project):
    was = int_cluster.admin(LOOK, "inplace")
    faults.do(project, "reset")
    int_cluster.admin("CREATE TABLE aside.held AS SELECT 1; GRANT SELECT ON aside.held TO plain", "inplace")
    before = int_cluster.admin("SELECT count(*) FROM visit", "inplace")
    code, said = faults.finish(faults.start(project, "undo"))
    assert code == 4, said
    assert "Nothing was changed" in said
    assert "must be owner" in said
    assert int_cluster.admin("SELECT count(*) FROM visit", "inplace") == before
    int_cluster.admin("DROP TABLE aside.held", "inplace")
    faults.do(project, "undo")  # the same file again, not the one that was made before the failure
    assert int_cluster.admin(LOOK, "inplace") == was


def test_a_file_of_another_tier_is_put_in_nobodys_place(int_cluster, project):
    faults.do(project, "keep")
    (file,) = files(project)
    clusters.stamp(int_cluster, "inplace", Tier.INT)
    clusters.project(project, int_cluster.url("inplace", user="plain"))
    other = file.parent.with_name("default-int")
    other.mkdir()
    file.rename(other / file.name)
    code, said = faults.finish(faults.start(project, "undo", tier="int"))
    assert code == 3, said
    assert "not-a-snapshot" in said


def test_without_client_programs_int_goes_on_and_stg_asks(int_cluster, project):
    """No pg_dump: a person decides about STG, and there is none here."""
    before = int_cluster.admin(LOOK, "inplace")
    code, said = faults.finish(faults.start(project, "reset", prelude=NO_PROGRAMS))
    assert code == 3, said
    assert "snapshot-missing" in said
    assert int_cluster.admin(LOOK, "inplace") == before
    clusters.stamp(int_cluster, "inplace", Tier.INT)
    clusters.project(project, int_cluster.url("inplace", user="plain"))
    said = faults.finish(faults.start(project, "reset", tier="int", prelude=NO_PROGRAMS))[1]
    assert "is reset without a snapshot: No pg_dump" in said
    assert int_cluster.admin("SELECT count(*) FROM visit", "inplace") == [("40",)]


NO_PROGRAMS = "import shutil; shutil.which = lambda *args, **options: None"
