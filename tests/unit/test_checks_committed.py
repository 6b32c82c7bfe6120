"""The configuration and the pins against the last commit, and the end of adoption."""

import datetime as dt
import json
import subprocess
from types import SimpleNamespace

import pytest

from tierguard.checks.committed import check
from tierguard.checks.facts import Facts
from tierguard.evidence.config import load
from tierguard.model import Level

TABLE = '[tool.tierguard]\nproject = "shop"\n[tool.tierguard.databases.default]\nprod.url = "LIVE_URL"\n'
PIN = {"tier": "prod", "project": "shop", "sysid": "7", "db": "shop", "user": "u", "endpoint": "db:5432"}
MISSING = "tierguard.pins.json differs from the last commit:"


def git(folder, *words):
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def write(folder, table=TABLE, pins=(PIN,), name="pyproject.toml"):
    (folder / name).write_text(table)
    (folder / "tierguard.pins.json").write_text(json.dumps({"v": 1, "pins": list(pins)}))


def look(folder):
    return [(f.id, f.level, f.message) for f in check(Facts(SimpleNamespace(config=load(folder)), {}))]


@pytest.fixture(autouse=True)
def unnamed(monkeypatch):
    monkeypatch.delenv("TIERGUARD_CONFIG", raising=False)


@pytest.fixture
def committed(tmp_path):
    write(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_what_is_committed_needs_no_word(committed):
    assert look(committed) == []


def test_a_changed_key_is_named_and_is_no_error(committed):
    write(committed, TABLE.replace("LIVE_URL", "OTHER_URL") + "int.url = 'A'\n")
    message = "pyproject.toml differs from the last commit: databases.default.int, databases.default.prod.url."
    assert look(committed) == [("uncommitted", Level.WARNING, message)]


def test_how_it_is_written_and_the_rest_of_pyproject_do_not_count(committed):
    write(committed, '[project]\nname = "x"\n' + TABLE.replace(" = ", "="))
    assert look(committed) == []


@pytest.mark.parametrize("pins", [[], [PIN | {"tier": "int"}], [PIN | {"endpoint": "elsewhere:5432"}]])
def test_edited_pins_are_named(committed, pins):
    write(committed, pins=pins)
    ((found, level, message),) = look(committed)
    assert (found, level) == ("uncommitted", Level.WARNING)
    assert message.startswith("tierguard.pins.json differs from the last commit: shop (")


def test_pins_that_were_deleted_or_broken_are_named(committed):
    (committed / "tierguard.pins.json").unlink()
    assert look(committed) == [("uncommitted", Level.WARNING, f"{MISSING} shop (prod).")]
    (committed / "tierguard.pins.json").write_text("{")
    assert look(committed) == [("uncommitted", Level.WARNING, f"{MISSING} all of it.")]


def test_a_file_in_no_commit_is_a_note(committed):
    git(committed, "rm", "-q", "--cached", "pyproject.toml")
    git(committed, "commit", "-qm", "two")
    assert look(committed) == [("uncommitted", Level.INFO, "pyproject.toml is in no commit.")]


def test_without_git_or_a_commit_nothing_is_said(tmp_path, monkeypatch):
    write(tmp_path)
    assert look(tmp_path) == []
    git(tmp_path, "init", "-q")
    assert look(tmp_path) == []
    monkeypatch.setenv("PATH", "/nowhere")
    assert look(tmp_path) == []


@pytest.mark.parametrize(("days", "expected"), [(-1, []), (0, []), (80, []), (100, ["adopt-until-far"])])
def test_adoption_that_never_ends_is_said(tmp_path, days, expected):
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    write(tmp_path, f"[tool.tierguard]\nadopt_until = {until}\n")
    assert [found for found, level, _ in look(tmp_path) if level is Level.WARNING] == expected
