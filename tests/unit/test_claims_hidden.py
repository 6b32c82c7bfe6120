"""Names of databases that are hidden: in comments that nest, in strings, behind quotes that only look open."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.statements.claims import Kind
from tierguard.statements.reading import find_claims

MINE = {"int", "stg", "template0"}

HARMFUL = [
    "DROP DATABASE prod",
    'drop database if exists "prod" with (force)',
    "DROP/**/DATABASE/**/prod",
    "DROP -- a comment\n DATABASE prod",
    "DROP /* one /* two */ still one */ DATABASE prod",
    "ALTER DATABASE prod RENAME TO old",
    "ALTER DATABASE prod SET search_path = evil",
    "COMMENT ON DATABASE prod IS NULL",
    "CREATE DATABASE mine TEMPLATE prod",
    "CREATE DATABASE mine WITH OWNER me TEMPLATE = 'prod'",
    "CREATE DATABASE mine STRATEGY file_copy TEMPLATE $$prod$$",
    "CREATE DATABASE mine TEMPLATE E'pr\\x6fd'",
    'DROP DATABASE U&"\\0070rod"',
    "DROP DATABASE nobody_knows",
    "SELECT 1; ALTER DATABASE prod OWNER TO me",
    "SELECT $$/*$$; ALTER DATABASE prod RENAME TO x; SELECT $$*/$$",
    "SELECT $a$--$a$; ALTER DATABASE prod RENAME TO x",
    "SELECT E'\\'', ' /* '; ALTER DATABASE prod RENAME TO x; SELECT ' */ '",
    "SELECT '\\', ' /* '; ALTER DATABASE prod RENAME TO x; SELECT ' */ '",
    "SELECT dblink_exec('dbname=postgres', 'DROP DATABASE prod')",
    "DO $$ BEGIN PERFORM dblink_exec('x', $q$DROP DATABASE prod$q$); END $$",
    'SELECT 1 AS "/*"; DROP DATABASE prod; SELECT 1 AS "*/"',
]
HARMLESS = [
    "SELECT 'the database prod'",
    "DROP DATABASE int",
    "DROP DATABASE IF EXISTS stg",
    'DROP DATABASE "int"',
    "CREATE DATABASE prod2",
    "CREATE DATABASE mine TEMPLATE stg",
    "CREATE DATABASE mine TEMPLATE template0; SELECT 1 AS template",
    "SELECT current_database() /* DROP DATABASE prod */",
    "-- DROP DATABASE prod\nSELECT 'database'",
    "SELECT datname FROM pg_database",
]


def find_victims(sql):
    return {claim.name for claim in find_claims(sql) if claim.kind is Kind.DATABASE} - MINE


@pytest.mark.parametrize("sql", HARMFUL)
def test_victim_is_found(sql):
    assert find_victims(sql) & {"prod", "nobody_knows", ""}


@pytest.mark.parametrize("sql", HARMLESS)
def test_harmless_statement_has_no_victim(sql):
    assert not find_victims(sql)


@given(st.text(alphabet="/*-'\"$\\;a \n"), st.sampled_from(["'", "$$", '"', "/*", "--", "E'"]))
def test_any_noise_is_read_without_an_error(noise, opening):
    find_claims(f"{opening}{noise} DROP DATABASE {noise} prod")


def test_many_comments_are_read_in_time_that_grows_with_their_number():
    started = time.perf_counter()
    assert find_victims("DROP " + "/* a */" * 20_000 + " DATABASE prod") == {"prod"}
    assert not find_victims("SELECT 'database' " + "/*" * 20_000)
    assert time.perf_counter() - started < 2
