"""The configuration and the pins against the last commit, and the end of adoption."""

import datetime as dt
import json
import subprocess

import pytest

from tierguard.checks.committed import check
from tierguard.checks.facts import Facts
from tierguard.evidence.config import load
from tierguard.model import Context, Finding, Level
from tierguard.process.chosen import Process

TABLE = '[tool.tierguard]\nproject = "shop"\n[tool.tierguard.databases.default]\nprod.url = "LIVE_URL"\n'
PINS = "tierguard.pins.json"
PIN = {"tier": "prod", "project": "shop", "sysid": "7", "db": "shop", "user": "u", "endpoint": "db:5432"}


def differs(keys, name="pyproject.toml"):
    hint = f"git diff {name} shows it. Commit it if it is intended, else git checkout {name}."
    return Finding("uncommitted", Level.WARNING, f"{name} differs from the last commit: {keys}.", hint, name)


def git(folder, *words):
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def write(folder, table=TABLE, pins=(PIN,), name="pyproject.toml"):
    (folder / name).write_text(table)
    (folder / PINS).write_text(json.dumps({"v": 1, "pins": list(pins)}))


def look(folder):
    return check(Facts(Process(load(folder), {}, Context()), {}))


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
    assert look(committed) == [differs("databases.default.int, databases.default.prod.url")]


def test_how_it_is_written_and_the_rest_of_pyproject_do_not_count(committed):
    write(committed, '[project]\nname = "x"\n' + TABLE.replace(" = ", "="))
    assert look(committed) == []


@pytest.mark.parametrize(
    ("pins", "keys"),
    [
        ([], "shop (prod)"),
        ([PIN | {"tier": "int"}], "shop (int), shop (prod)"),
        ([PIN | {"endpoint": "elsewhere:5432"}], "shop (prod).endpoint"),
    ],
)
def test_edited_pins_are_named(committed, pins, keys):
    write(committed, pins=pins)
    assert look(committed) == [differs(keys, PINS)]


def test_pins_that_were_deleted_or_broken_are_named(committed):
    (committed / PINS).unlink()
    assert look(committed) == [differs("shop (prod)", PINS)]
    (committed / PINS).write_text("{")
    assert look(committed) == [differs("all of it", PINS)]


def test_a_file_in_no_commit_is_a_note(committed):
    git(committed, "rm", "-q", "--cached", "pyproject.toml")
    git(committed, "commit", "-qm", "two")
    hint = "git add pyproject.toml, so that everybody has it."
    assert look(committed) == [
        Finding("uncommitted", Level.INFO, "pyproject.toml is in no commit.", hint, "pyproject.toml")
    ]


def test_without_git_or_a_commit_nothing_is_said(tmp_path, monkeypatch):
    write(tmp_path)
    assert look(tmp_path) == []
    git(tmp_path, "init", "-q")
    assert look(tmp_path) == []
    monkeypatch.setenv("PATH", "/nowhere")
    assert look(tmp_path) == []


@pytest.mark.parametrize("days", [-1, 0, 1, 80, 100])
def test_how_long_adoption_lasts_is_said(tmp_path, days):
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    write(tmp_path, f"[tool.tierguard]\nadopt_until = {until}\n")
    lasts = f"adopt_until is {until}: unmarked databases are used, with a warning, until then."
    over = f"adopt_until was {until}: unmarked databases that hold data are refused."
    hint = "Take a date within 90 days; tierguard adopt lists what is left to mark."
    far = Finding("adopt-until-far", Level.WARNING, lasts, hint, "adopt_until")
    near = Finding(
        "adopt-until-open", Level.WARNING, lasts, "List what is left to mark: tierguard adopt", "adopt_until"
    )
    past = Finding("adopt-until-past", Level.INFO, over, "Take it out.", "adopt_until")
    assert look(tmp_path) == [far if days == 100 else near if days > 0 else past]
