"""What a statement would do beyond the database that it runs in, rule by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.statements.claims import SENT, Kind
from tierguard.statements.reading import find_claims
from tierguard.statements.scanner import OWN

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"


def claimed(sql):
    return [(claim.kind, claim.name, claim.act) for claim in find_claims(sql)]


@pytest.mark.parametrize(
    ("sql", "name", "act"),
    [
        ("DROP DATABASE shop", "shop", "drop"),
        ("drop\tdatabase\nif exists SHOP with (force)", "shop", "drop"),
        ('DROP DATABASE "Shop Live"', "Shop Live", "drop"),
        ("DROP /* really */ DATABASE -- now\n shop;", "shop", "drop"),
        ("SELECT 1; ALTER DATABASE shop RENAME TO old", "shop", "alter"),
        ("ALTER DATABASE shop SET default_transaction_read_only = off", "shop", "alter"),
        ("COMMENT ON DATABASE shop IS NULL", "shop", "alter"),
        ("ALTER ROLE app IN DATABASE shop SET work_mem = '1GB'", "shop", "alter"),
        (f"DROP DATABASE {'x' * 80}", "x" * 63, "drop"),
        ("DO $$ BEGIN EXECUTE 'ALTER DATA' || 'BASE shop RENAME TO x'; END $$", "shop", "alter"),
        ("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET a = 1', current_database()); END $$", OWN, "alter"),
        (
            "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET a = 1'; END $$",
            OWN,
            "alter",
        ),
        ("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET a = 1', 'shop'); END $$", "shop", "alter"),
        ("DO $$ BEGIN EXECUTE (format('ALTER DATABASE %2$I SET a = 1', 'x', 'shop')); END $$", "shop", "alter"),
    ],
)
def test_the_database_is_named(sql, name, act):
    assert claimed(sql) == [(Kind.DATABASE, name, act)]


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RENAME TO x', r.datname); END $$",
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(r.datname) || ' RENAME TO x'; END $$",
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE test_' || n || ' RENAME TO x'; END $$",
        "DO $$ DECLARE s text := 'ALTER DATABASE ' || n; BEGIN EXECUTE s; END $$",
        "CREATE FUNCTION f(n text) RETURNS void AS $$ BEGIN EXECUTE format('ALTER DATABASE %I RENAME TO x', n); END $$",
        'DROP DATABASE U&"\\0070rod"',
        "CREATE DATABASE x TEMPLATE E'pr\\xc3\\xb6d'",
        "DROP DATABASE PRÖD",
        "DROP DATABASE",
    ],
)
def test_a_database_whose_name_cannot_be_read_has_none(sql):
    assert (Kind.DATABASE, "") in {(claim.kind, claim.name) for claim in find_claims(sql)}


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("REVOKE CONNECT ON DATABASE shop_test, shop FROM PUBLIC", ["shop_test", "shop"]),
        ("DROP DATABASE shop_test; DROP DATABASE shop", ["shop_test", "shop"]),
        ("CREATE DATABASE copy TEMPLATE shop", ["copy", "shop"]),
        ("CREATE DATABASE copy WITH OWNER me TEMPLATE = 'shop'", ["copy", "shop"]),
        ("REASSIGN OWNED BY app, owner TO me", ["app", "owner"]),
        ("DROP OWNED BY app, owner CASCADE", ["app", "owner"]),
        ("ALTER ROLE app NOLOGIN", ["app"]),
        ("ALTER USER app PASSWORD 'x'; ALTER GROUP staff RENAME TO x", ["app", "staff"]),
        ("DROP ROLE IF EXISTS app, owner", ["app", "owner"]),
        ("DO $$ BEGIN ALTER ROLE app NOLOGIN; END $$", ["app"]),
        ("SELECT dblink_exec('x', 'ALTER ROLE app NOLOGIN')", ["app"]),
        ("CREATE ROLE app LOGIN", ["app"]),
        ("ALTER SYSTEM SET fsync = off", [""]),
        ("DROP TABLESPACE IF EXISTS fast", [""]),
        ("ALTER TABLESPACE fast RENAME TO slow", [""]),
        ("SELECT pg_catalog.pg_drop_replication_slot('standby')", [""]),
        ("UPDATE pg_database SET datallowconn = false WHERE datname = 'shop'", [""]),
        ("WITH gone AS (DELETE FROM ONLY pg_catalog.pg_shdescription RETURNING 1) SELECT 1", [""]),
        ("MERGE INTO pg_authid USING changed ON true WHEN MATCHED THEN DELETE", [""]),
        ('TRUNCATE TABLE "pg_shdescription"', [""]),
        ("UPDATE ONLY (pg_database) SET datconnlimit = 0", [""]),
        ("TRUNCATE mine, pg_catalog.pg_shdescription", [""]),
        ("REVOKE owner FROM app, staff", ["app", "staff"]),
        ("REVOKE ADMIN OPTION FOR owner FROM app", ["app"]),
        (f"{TERMINATE} WHERE datname = 'shop_test' UNION {TERMINATE}", [""]),
        (f"{TERMINATE} WHERE (datname = 'shop_test') = false", [""]),
        (f"{TERMINATE} WHERE datname = 'sh' || 'op'", [""]),
        ('SELECT "pg_terminate_backend"(4711)', [""]),
        ("COPY pg_db_role_setting FROM STDIN", [""]),
        ("DO $$ BEGIN INSERT INTO pg_db_role_setting SELECT 1; END $$", [""]),
        ("DO U&'\\0042EGIN x; END'", [""]),
        (r"DO E'BEGIN EXEC\x55TE ''ALTER DATA\x42ASE shop RESET ALL''; END'", ["shop"]),
        ("DO $$ BEGIN EXECUTE words; END $$", [""]),
        ("DO $$ BEGIN EXECUTE 'DROP ' || what || ' x'; END $$", [""]),
        (f"{TERMINATE} WHERE datname = 'shop' AND pid <> pg_backend_pid()", ["shop"]),
        (f"{TERMINATE} a WHERE a.datname = current_database()", [OWN]),
        (f"{TERMINATE} WHERE datname = %s", [""]),
        (f"{TERMINATE} WHERE datname = $1", [""]),
        (f"{TERMINATE} WHERE datname <> 'shop_test'", [""]),
        (f"{TERMINATE} WHERE datname = 'shop_test' OR true", [""]),
        ("SELECT pg_cancel_backend(4711)", [""]),
    ],
)
def test_every_element_is_named(sql, names):
    assert [name for _, name, _ in claimed(sql)] == names


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "DROP TABLE shop",
        "SELECT 'it''s no DROP DATABASE ' || name FROM database",
        "SELECT 'DROP DATABASE ' || datname FROM pg_database",
        "-- DROP DATABASE shop\nSELECT 1",
        "SELECT current_database()",
        "CREATE TABLE mine (id int) TABLESPACE fast",
        "ALTER TABLE mine SET TABLESPACE fast",
        "SELECT * FROM pg_tablespace",
        "INSERT INTO faq VALUES ('What does pg_drop_replication_slot do?')",
        "REVOKE ALL ON TABLE person FROM app",
        "COPY pg_database TO STDOUT",
        "UPDATE mine SET name = datname FROM pg_database",
        "DELETE FROM mine USING pg_database",
        "INSERT INTO mine SELECT * FROM pg_database",
        "INSERT INTO faq VALUES ('How do I UPDATE pg_database SET datallowconn?')",
        "SELECT U&'\\0041', E'do \\x41'",
        "INSERT INTO faq VALUES ('How do I ALTER USER bob and ALTER SYSTEM?')",
        "DROP USER MAPPING FOR app SERVER other",
        "SELECT u.role FROM users u GROUP BY u.role",
        "ALTER TABLE users ADD COLUMN role text",
        "CREATE TRIGGER t AFTER INSERT ON person EXECUTE FUNCTION f()",
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD x int', name); END $$",
        "DO $$ BEGIN RAISE NOTICE 'ALTER ROLE %', name; END $$",
        "CREATE FUNCTION f(sql text) RETURNS void AS $$ BEGIN EXECUTE sql; END $$ LANGUAGE plpgsql",
        "EXECUTE prepared(1)",
    ],
)
def test_what_stays_in_its_database_claims_nothing(sql):
    assert claimed(sql) == []


@given(st.lists(st.sampled_from([" ", "\n", "\t", "/* x */", "-- y\n"]), min_size=2, max_size=6))
def test_space_and_comments_hide_no_name(gaps):
    assert claimed(f"DROP{' '.join(gaps)} DATABASE{' '.join(gaps)} shop") == [(Kind.DATABASE, "shop", "drop")]


def test_a_password_is_not_kept():
    from tierguard.statements import reading

    before = reading._remember.cache_info().currsize
    find_claims("ALTER ROLE app PASSWORD 'Zq7secret'")
    assert reading._remember.cache_info().currsize == before


@pytest.mark.parametrize(
    ("sql", "session"),
    [
        ("SELECT pg_terminate_backend(4711)", "4711"),
        ('SELECT pg_catalog."pg_cancel_backend" ( 4711::INT4 )', "4711"),
        ("SELECT pg_terminate_backend(4711, 5000)", "4711"),
        ("SELECT pg_terminate_backend(%s)", SENT),
        ("SELECT pg_terminate_backend(%(pid)s::int)", SENT),
        ("SELECT pg_terminate_backend($1)", SENT),
        ("SELECT pg_terminate_backend(4711 + 1)", ""),
        ("SELECT pg_terminate_backend('4711')", ""),
        ("SELECT pg_terminate_backend('1)'::text::int)", ""),
        ("SELECT pg_terminate_backend($1 + $2)", ""),
        ("SELECT pg_terminate_backend(0x1f)", ""),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", ""),
        ("SELECT pg_terminate_backend", ""),
        ("CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'SELECT pg_terminate_backend($1)'", ""),
        ("DO $$ BEGIN PERFORM pg_terminate_backend(4711); END $$", "4711"),
    ],
)
def test_one_session_is_told_by_its_number(sql, session):
    assert [(claim.kind, claim.name, claim.session) for claim in find_claims(sql)] == [(Kind.SESSIONS, "", session)]


def test_a_session_may_end_itself_and_each_call_counts():
    assert claimed("SELECT pg_terminate_backend(pg_backend_pid())") == []
    assert claimed("SELECT pg_catalog.pg_cancel_backend(pg_catalog.pg_backend_pid())") == []
    several = "SELECT pg_terminate_backend(1), pg_terminate_backend(2), pg_terminate_backend(pid) FROM pg_stat_activity"
    assert [claim.session for claim in find_claims(several)] == ["1", "2", ""]
    assert [claim.name for claim in find_claims(f"{several} WHERE datname = 'shop'")] == ["", "", "shop"]
