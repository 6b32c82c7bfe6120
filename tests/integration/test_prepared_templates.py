"""Databases that are prepared once and then copied: which are found, which are not, and which are dropped."""

import json
import sys

import pytest
from support import clusters
from support.child import environment, run
from support.patience import wait_until

from tierguard import tools
from tierguard.deciding.derived import Kind, derive

BUILD = """
import json, sys, psycopg, tierguard
from tierguard import tools

target, steps = tierguard.resolve(), json.loads(sys.argv[1])
for recipe, fresh in steps:
    with tools.rebuild_database(target, recipe=recipe, fresh=fresh) as build:
        if not build.prepared:
            with psycopg.connect(build.target.url) as connection:
                connection.execute("CREATE TABLE made AS SELECT 1 AS id")
            build.facts["recipe"] = recipe
    print(json.dumps([build.prepared, build.facts]))
"""
NAMES = "SELECT datname FROM pg_database WHERE datname LIKE 'prepared\\_int\\_\\_tg\\_tmpl%' ORDER BY oid"


@pytest.fixture
def build(int_cluster, tmp_path):
    """Reset INT by the given recipes, one after the other; return for each whether it was prepared, and its facts."""
    clusters.make_database(int_cluster, "prepared_int")
    project = clusters.project(tmp_path, int_cluster.url("prepared_int"))

    def act(*steps):
        done = run([sys.executable, "-c", BUILD, json.dumps(steps)], cwd=project, env=environment())
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    yield act
    for (name,) in int_cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'prepared%'"):
        clusters.drop_database(int_cluster, name)


def test_what_was_prepared_is_copied_until_the_recipe_changes(build, int_cluster):
    made = build(("one", False), ("one", False), ("one", True), ("two", False), ("one", False))
    assert [prepared for prepared, _ in made] == [False, True, False, False, True]
    assert [facts["recipe"] for _, facts in made] == ["one", "one", "one", "two", "one"]
    assert int_cluster.admin("SELECT id FROM made", "prepared_int") == [("1",)]
    assert int_cluster.admin("SELECT FROM pg_database WHERE datname LIKE 'prepared%tg\\_new%'") == []


def test_only_the_newest_templates_stay(build, int_cluster):
    build(("one", False), ("two", False), ("three", False))
    assert len(int_cluster.admin(NAMES)) == 2
    assert build(("three", False), ("two", False), ("one", False))[-1][0] is False


def test_a_template_that_is_half_made_is_never_copied_and_goes_with_the_next(build, int_cluster):
    build(("one", False))
    ((name,),) = int_cluster.admin(NAMES)
    int_cluster.admin(f'COMMENT ON DATABASE "{name}" IS NULL')  # killed before the note was written
    int_cluster.admin("DROP TABLE made", name)
    assert build(("two", False), ("one", False)) == [[False, {"recipe": "two"}], [False, {"recipe": "one"}]]
    assert int_cluster.admin("SELECT id FROM made", "prepared_int") == [("1",)]
    assert len(int_cluster.admin(NAMES)) == 2


def test_a_hash_changes_with_every_file_name_and_fact(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "seed.yaml").write_text("a")
    plain = tools.hash_contents(one, one.iterdir(), "today")
    assert tools.hash_contents(other, other.iterdir(), "today") == plain  # where the checkout lies does not matter
    hashes = {plain, tools.hash_contents(one, one.iterdir(), "tomorrow"), tools.hash_contents(one, one.iterdir())}
    (one / "more.yaml").touch()
    hashes.add(tools.hash_contents(one, one.iterdir(), "today"))
    (one / "more.yaml").rename(one / "most.yaml")
    hashes.add(tools.hash_contents(one, one.iterdir(), "today"))
    (one / "seed.yaml").write_text("b")
    hashes.add(tools.hash_contents(one, one.iterdir(), "today"))
    assert len(hashes) == 6


def test_what_is_no_longer_kept_goes_without_being_waited_for(build, int_cluster):
    kept = "SELECT datname FROM pg_database WHERE datname LIKE 'prepared\\_int\\_\\_tg\\_{}%' ORDER BY 1"
    build(("one", False), ("one", False))
    ((old,),) = int_cluster.admin(kept.format("snap"))
    build(("one", False))
    ((new,),) = int_cluster.admin(kept.format("snap"))
    assert new != old
    wait_until(lambda: not int_cluster.admin(kept.format("gone")))  # the server goes on alone
    int_cluster.admin(f'CREATE DATABASE "{derive("prepared_int", Kind.GONE, "1")}"')  # what was interrupted
    build(("one", False))
    wait_until(lambda: not int_cluster.admin(kept.format("gone")))
    log = int_cluster.log_text()
    assert f'DROP DATABASE IF EXISTS "{old}"' not in log
    assert log.count('DROP DATABASE IF EXISTS "prepared_int__tg_gone_') >= 3
