"""Databases that are missing, unmarked or copied: what the commands make, refuse, and leave to a person."""

from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from support.child import needs_no_agent, type_at_terminal
from support.guide import guide_environment, prepared, python, scratch_url

from tierguard.deciding.identity import QUERY, parse_reading
from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting
from tierguard.text.conninfo import with_database

SERVER = {"USE_PROD_DATABASE": "true", "INSTAINSTRU_PRODUCTION_MODE": "true"}


def ask(url, statement):
    with inspecting(Ceiling(Tier.PROD)), closing(psycopg.connect(url, autocommit=True)) as connection:
        done = connection.execute(statement)
        return done.fetchall() if done.description else []


def owners(url):
    return dict(ask(url, "SELECT datname, pg_get_userbyid(datdba) FROM pg_database"))


@pytest.fixture
def fresh():
    """Give a database's name that no server knows yet, and drop what was made under it."""
    name = f"guide_{uuid4().hex[:8]}"
    yield name
    for tier in ("int", "stg"):
        if owners(scratch_url(tier)).get(name) == f"instainstru_{tier}":
            ask(scratch_url(tier), sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def unmarked(name, tier="int"):
    """Make a database that holds data and says nothing, as a person with psql would."""
    ask(scratch_url(tier), sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = with_database(scratch_url(tier), name)
    ask(url, "COMMENT ON SCHEMA public IS 'mine'; CREATE TABLE notes AS SELECT 'mine' AS note")
    # The gate may have stamped it while it was empty: take that back.
    ask(url, "DROP SCHEMA IF EXISTS tierguard")
    ask(url, sql.SQL("COMMENT ON DATABASE {} IS NULL").format(sql.Identifier(name)))
    return url


@pytest.mark.parametrize(("tier", "variable"), [("int", "TEST_DATABASE_URL"), ("stg", "STG_DATABASE_URL")])
def test_a_missing_int_or_stg_is_made_and_stamped(fresh, tier, variable):
    url = with_database(scratch_url(tier), fresh)
    done = python("scripts/reset_schema.py", tier, env=guide_environment(**{variable: url}))
    assert done.returncode == 0, done.stderr
    marker = parse_reading(ask(url, QUERY)[0][0])
    assert marker.bound
    assert (marker.marker.tier, marker.marker.project) == (tier, "instainstru")


@needs_no_agent
def test_a_missing_prod_is_made_by_nobody(fresh):
    env = guide_environment(prod=True) | SERVER
    env["DATABASE_URL"] = with_database(env["DATABASE_URL"], fresh)
    done = python("scripts/prep_db.py", "prod", "--json", env=env)
    assert done.returncode == 3
    assert "tools never create it" in done.stderr.splitlines()[-1]
    assert fresh not in owners(scratch_url("prod"))


@needs_no_agent
def test_an_unmarked_database_with_data_is_left_alone_until_a_person_names_it(fresh):
    url = unmarked(fresh)
    env = guide_environment(TEST_DATABASE_URL=url)
    for script in ("reset_schema.py", "prep_db.py"):
        done = python(f"scripts/{script}", env=env)
        assert done.returncode == 3
        assert "tierguard stamp int" in done.stderr
    stamp, question = ["tierguard", "stamp", "int"], "Type instainstru/int to go on"
    said, code = type_at_terminal(stamp, env=env, answers=[(question, "yes\n")])
    assert (code, "Traceback" in said) == (3, False)
    assert ask(url, "SELECT note FROM notes") == [("mine",)]
    said, code = type_at_terminal(stamp, env=env, answers=[(question, "instainstru/int\n")])
    assert code == 0, said
    assert "now says that it is INT" in said
    assert python("scripts/reset_schema.py", env=env).returncode == 0


def test_a_copy_of_stg_is_not_ints_to_reset(fresh):
    prepared("stg")
    copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(fresh), sql.Identifier("instainstru_stg"))
    ask(with_database(scratch_url("stg"), "postgres"), copied)
    env = guide_environment(TEST_DATABASE_URL=with_database(scratch_url("stg"), fresh))
    done = python("scripts/reset_schema.py", env=env)
    assert done.returncode == 3
    assert "is STG" in done.stderr


def test_int_and_stg_that_are_one_database_are_not_reset_as_int():
    prepared("stg")
    done = python("scripts/reset_schema.py", env=guide_environment(TEST_DATABASE_URL=scratch_url("stg")))
    assert done.returncode == 3
    assert "above-int" in done.stderr
