"""What belongs to a database's name, or to nobody's objects in it, is there after a reset as before."""

import pytest
from support import clusters, faults

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("reset")
server = faults.server

DATABASE = """
SELECT pg_get_userbyid(datdba), datconnlimit, datacl::text, pg_encoding_to_char(encoding), datlocprovider, datcollate,
  datctype, to_jsonb(d) ->> 'datlocale',
  (SELECT string_agg(coalesce(r.rolname, '') || setconfig::text, ' ' ORDER BY r.rolname)
   FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = d.oid)
FROM pg_database d WHERE datname = 'stg'
"""
INSIDE = """
SELECT string_agg(t, ' ' ORDER BY t) FROM (
  SELECT 'extension ' || extname || ' in ' || extnamespace::regnamespace AS t FROM pg_extension
  UNION ALL SELECT 'public ' || privilege_type || ' to ' || grantee::regrole
    FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'public'
  UNION ALL SELECT concat_ws(' ', 'default', defaclobjtype, defaclrole::regrole, defaclnamespace::regnamespace, '') ||
    privilege_type || ' to ' || grantee::regrole || is_grantable FROM pg_default_acl, aclexplode(defaclacl)
) each
"""
SETTINGS = """
ALTER DATABASE stg CONNECTION LIMIT 17;
ALTER DATABASE stg SET search_path TO "$user", "Odd, ""one"" too", public;
ALTER DATABASE stg SET work_mem = '12MB';
ALTER DATABASE stg SET application_name = 'it''s 100%\\\\ done';
ALTER ROLE keeper IN DATABASE stg SET search_path TO '';
ALTER ROLE keeper IN DATABASE stg SET datestyle = 'German, DMY';
REVOKE ALL ON DATABASE stg FROM PUBLIC;
GRANT CONNECT ON DATABASE stg TO reader WITH GRANT OPTION;
"""
GRANTS = """
CREATE SCHEMA aside AUTHORIZATION keeper; CREATE EXTENSION citext SCHEMA aside; CREATE EXTENSION pg_trgm;
SET ROLE keeper;
GRANT USAGE ON SCHEMA public TO reader; REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
"""


@pytest.fixture
def folder(server, tmp_path):
    return faults.prepare(server, tmp_path, "").folder


@pytest.mark.parametrize("recipe", [(), ("a recipe",)], ids=["built", "copied"])
def test_settings_privileges_and_limits_stay_with_the_name(server, folder, recipe):
    server.admin(SETTINGS)
    server.admin(GRANTS, "stg")
    before, inside = server.admin(DATABASE), server.admin(INSIDE, "stg")
    for _ in (0, *recipe):
        assert " new database" not in faults.do(folder, "reset", *recipe)
        assert server.admin(DATABASE) == before
        assert server.admin(INSIDE, "stg") == inside
        assert server.admin("SELECT has_table_privilege('reader', 'person', 'SELECT')", "stg") == [("t",)]
    faults.do(folder, "undo")
    assert (server.admin(DATABASE), server.admin(INSIDE, "stg")) == (before, inside)


def test_what_only_an_administrator_may_set_is_named(server, folder):
    server.admin("ALTER DATABASE stg SET app.note = 'x'; ALTER DATABASE stg SET log_statement = 'ddl'")
    said = faults.do(folder, "reset")
    assert "app.note is not set on the new database: permission denied" in said
    assert "log_statement is not set on the new database: permission denied" in said


def test_a_template_is_for_one_set_of_privileges(server, folder):
    faults.do(folder, "reset", "a recipe")
    server.admin(GRANTS, "stg")
    faults.do(folder, "reset", "a recipe")
    assert server.admin("SELECT has_table_privilege('reader', 'person', 'SELECT')", "stg") == [("t",)]


def test_what_a_snapshot_is_copied_from_it_is_like(server, folder):
    server.admin(SETTINGS)
    before = server.admin(DATABASE)
    faults.do(folder, "keep")
    server.admin("ALTER DATABASE stg RESET ALL; ALTER DATABASE stg CONNECTION LIMIT -1")
    server.admin("GRANT ALL ON DATABASE stg TO PUBLIC")
    faults.do(folder, "undo")
    assert server.admin(DATABASE) == before


def test_the_owner_stays_where_it_is_a_group_of_this_role(server, folder):
    server.admin("GRANT team TO keeper; ALTER DATABASE stg OWNER TO team")
    for _ in range(2):
        faults.do(folder, "reset", "a recipe")
        assert server.admin(DATABASE)[0][0] == "team"
    faults.do(folder, "keep")
    faults.do(folder, "undo")
    assert server.admin(DATABASE)[0][0] == "team"


@pytest.mark.parametrize(
    "form",
    ["LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'", "ENCODING 'SQL_ASCII' LOCALE 'C'"],
    ids=["builtin", "C"],
)
def test_encoding_and_locale_stay(server, folder, form):
    server.admin("DROP DATABASE stg WITH (FORCE)")
    server.admin(f"CREATE DATABASE stg OWNER keeper TEMPLATE template0 {form}")
    server.admin("SET ROLE keeper; CREATE TABLE person AS SELECT 1 AS id", "stg")
    clusters.stamp(server, "stg", Tier.STG)
    server.admin("ALTER SCHEMA tierguard OWNER TO keeper", "stg")
    before = server.admin(DATABASE)
    for _ in range(2):
        faults.do(folder, "reset", "a recipe")
        assert server.admin(DATABASE) == before


def test_an_extension_that_only_an_administrator_may_create_keeps_the_database(server, folder):
    server.admin("CREATE EXTENSION vector", "stg")
    said = faults.do(folder, "reset")
    assert "is emptied in place: it has what only an administrator may create: the extension vector" in said
    assert server.admin("SELECT '[1,2]'::vector", "stg") == [("[1,2]",)]
    assert faults.names(server, "new") == []
    faults.do(folder, "undo")
    assert server.admin("SELECT count(*) FROM person", "stg") == [("6",)]


def test_an_extension_that_every_new_database_has_is_no_obstacle(server, folder):
    server.admin("CREATE EXTENSION vector", "template1")
    try:
        server.admin("CREATE EXTENSION vector", "stg")
        assert "in place" not in faults.do(folder, "reset")
        assert server.admin("SELECT '[1,2]'::vector", "stg") == [("[1,2]",)]
    finally:
        server.admin("DROP EXTENSION vector", "template1")
