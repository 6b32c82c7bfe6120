from __future__ import annotations

import ast
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.db import engine, require_extensions
from app.db.extensions import REQUIRED
from app.models import Base
from tierguard.errors import ExtensionMissing

from .conftest import ROOT, migrate

RELATIONS = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
    ORDER BY relname
""")
CONSTRAINTS = text("""
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
""")
INDEXES = text(
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)
COMPARED = {"compare_type": True, "compare_server_default": True}


def read(url, query):
    with engine(url).connect() as connection:
        return connection.execute(query).scalars().all()


def test_the_models_and_the_migrated_database_are_the_same(connection):
    context = MigrationContext.configure(connection, opts=COMPARED)
    assert compare_metadata(context, Base.metadata) == []


def test_a_column_that_only_the_models_have_would_be_seen(connection):
    connection.execute(text("ALTER TABLE users DROP COLUMN full_name"))
    connection.execute(text("DROP INDEX ix_service_catalog_embedding"))
    found = compare_metadata(MigrationContext.configure(connection, opts=COMPARED), Base.metadata)
    assert sorted(difference[0] for difference in found) == ["add_column", "add_index"]


def test_constraints_and_indexes_are_the_same_to_the_letter(connection, empty):
    with engine(empty).begin() as other:
        require_extensions(other)
        Base.metadata.create_all(other)
        for query in (CONSTRAINTS, INDEXES):
            modelled = {tuple(row) for row in other.execute(query)}
            assert {tuple(row) for row in connection.execute(query)} == modelled
            assert len(modelled) > 15


def test_there_and_back_and_there_again_leaves_fifteen_tables(empty):
    migrate(empty)
    tables = read(empty, RELATIONS)
    migrate(empty, "base", "downgrade")
    assert read(empty, RELATIONS) == ["alembic_version"]
    migrate(empty)
    assert read(empty, RELATIONS) == tables
    assert {*Base.metadata.tables, "alembic_version"} <= {*tables}
    assert len(Base.metadata.tables) == 15


def test_each_revision_can_be_taken_back_alone(empty):
    revisions = [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()]
    migrate(empty)
    for revision in [*revisions[1:], "base"]:
        migrate(empty, revision, "downgrade")
        migrate(empty, "+1")
        migrate(empty, revision, "downgrade")
    assert read(empty, RELATIONS) == ["alembic_version"]


def test_the_first_revision_inserts_the_roles(connection):
    names = connection.execute(text("SELECT name FROM roles ORDER BY name")).scalars().all()
    assert names == ["admin", "instructor", "student"]


def test_the_revisions_form_one_line_and_are_named_after_their_files():
    directory = ROOT / "migrations" / "versions"
    files = sorted(directory.glob("*.py"))
    scripts = list(reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())))
    assert [Path(script.path) for script in scripts] == files
    assert [script.revision for script in scripts] == [file.name.partition("_")[0] for file in files]
    for file in files:  # the head is read from the text, without running it
        assigned = {node.targets[0].id for node in ast.parse(file.read_text()).body if isinstance(node, ast.Assign)}
        assert {"revision", "down_revision"} <= assigned


def test_the_sql_of_all_revisions_can_be_printed_without_a_server(capsys):
    command.upgrade(Config(ROOT / "alembic.ini"), "head", sql=True)
    printed = capsys.readouterr().out
    assert printed.index("CREATE EXTENSION IF NOT EXISTS vector") < printed.index("CREATE TABLE roles")
    assert "USING hnsw (embedding vector_cosine_ops)" in printed


def test_a_second_call_finds_the_extensions_there(connection):
    assert require_extensions(connection) == ()


def test_a_missing_extension_is_created_where_the_role_may(empty, monkeypatch):
    monkeypatch.setitem(REQUIRED, "citext", "any role may create it in its own database")
    with engine(empty).begin() as connection:
        assert "citext" in require_extensions(connection)
        assert require_extensions(connection) == ()


def test_a_server_without_the_extension_is_named_before_any_table_is_made(empty, monkeypatch):
    monkeypatch.setitem(REQUIRED, "no_such_extension", "made up for this test")
    with pytest.raises(ExtensionMissing, match=r"lacks no_such_extension \(made up") as refused:
        migrate(empty)
    assert refused.value.exit_code == 4
    assert read(empty, RELATIONS) == []


def test_a_role_that_may_not_create_an_extension_is_told_what_to_ask_for(empty, monkeypatch):
    monkeypatch.setitem(REQUIRED, "citext", "any role may create it in its own database")
    with engine(empty).connect() as connection:
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        connection.commit()
        with pytest.raises(ExtensionMissing, match="may not create the extension") as refused:
            require_extensions(connection)
        assert "CREATE EXTENSION" in refused.value.hint
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
