"""``tierguard config``: each key and variable with the line that it came from, no secret, and no connection."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.child import environment, run

from tierguard.evidence.provenance import find_lines

SECRET = "Zq7secret"
PYPROJECT = """\
[project]
name = "x"

[tool.tierguard]
project = "shop"
request = "APP_ENV"
# a comment
aliases = { dev = "int", live = "prod" }
local_hosts = [
  "db",
]
adopt_until = 2027-01-01

[tool.tierguard.databases.default]
int.url = "TEST_DATABASE_URL"

prod.parts = { host = "LIVE_HOST", password = "LIVE_PASSWORD" }
stg.shared = true
[tool.tierguard.databases.replica]
same_as = "default"
[tool.tierguard.databases.events]
url = "EVENTS_URL"
[tool.other]
project = "not ours"
"""
DOTENV = f"""
# URLs
LIVE_HOST=db.example.com

export LIVE_PASSWORD="{SECRET}"
EVENTS_URL=postgresql://u:{SECRET}@db:1/d?password={SECRET}
TEST_DATABASE_URL=postgresql://u@db/not-this-one
USE_PROD_DATABASE=true
"""
EXPECTED = {
    "project": ("shop", "pyproject.toml:5"),
    "flags.stg": ("USE_STG_DATABASE", "default"),
    "request": ("APP_ENV", "pyproject.toml:6"),
    "aliases.live": ("prod", "pyproject.toml:8"),
    "gate": ("start", "default"),
    "local_hosts": (["db"], "pyproject.toml:9"),
    "adopt_until": ("2027-01-01", "pyproject.toml:12"),
    "databases.default.int.url": ("TEST_DATABASE_URL", "pyproject.toml:15"),
    "databases.default.stg.url": ("STG_DATABASE_URL", "default"),
    "databases.default.stg.shared": (True, "pyproject.toml:18"),
    "databases.default.prod.parts.host": ("LIVE_HOST", "pyproject.toml:17"),
    "databases.replica.same_as": ("default", "pyproject.toml:20"),
    "databases.events.url": ("EVENTS_URL", "pyproject.toml:22"),
}
VARIABLES = {
    "USE_STG_DATABASE": ("1", "environment"),
    "USE_PROD_DATABASE": (None, "not set"),  # in .env it does not count
    "APP_ENV": ("…", "environment"),
    "TEST_DATABASE_URL": ("not usable: it is not a PostgreSQL URL.", "environment"),
    "STG_DATABASE_URL": (None, "not set"),
    "LIVE_HOST": ("db.example.com", ".env:3"),
    "LIVE_PASSWORD": ("***", ".env:5"),
    "EVENTS_URL": ("postgresql://u:***@db:1/d?password=***", ".env:6"),
}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / ".env").write_text(DOTENV)
    return tmp_path


def tell(project, *options, **variables):
    given = {
        "USE_STG_DATABASE": "1",
        "APP_ENV": f"postgresql://u:{SECRET}@h/d",
        "TEST_DATABASE_URL": f"mysql://u:{SECRET}@h",
    }
    done = run(["tierguard", "config", *options], cwd=project, env=environment(**given | variables))
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stdout


def test_every_key_and_variable_with_its_place(project):
    told = json.loads(tell(project, "--json"))
    assert told["config"] == str(project / "pyproject.toml")
    settings = {one["key"]: (one["value"], one["origin"]) for one in told["settings"]}
    assert settings | EXPECTED == settings
    variables = {each["name"]: (each["value"], each["origin"]) for one in told["settings"] for each in one["variables"]}
    assert variables | VARIABLES == variables
    assert not (project / "logs").exists()
    assert not (project / ".tierguard").exists()


def test_the_same_for_a_person(project):
    lines = tell(project).splitlines()
    assert lines[0] == str(project / "pyproject.toml")
    assert "databases.default.stg.shared = true    # pyproject.toml:18" in lines
    assert "    LIVE_HOST = db.example.com    # .env:3" in lines
    assert "    STG_DATABASE_URL is not set" in lines


def test_the_file_that_a_variable_names_is_said_to_be(project, tmp_path_factory):
    path = str(project / "pyproject.toml")
    done = run(["tierguard", "config"], cwd=tmp_path_factory.mktemp("else"), env=environment(TIERGUARD_CONFIG=path))
    assert done.stdout.startswith(f"{path} (named by TIERGUARD_CONFIG)\n")


@pytest.mark.parametrize("break_it", ["unknown", "literal", "pipe"])
def test_what_is_broken_is_one_line_and_no_secret(project, break_it):
    if break_it == "pipe":
        (project / ".env").unlink()
        os.mkfifo(project / ".env")
    else:
        line = {"unknown": f'key = "{SECRET}"', "literal": f'request = "postgresql://u:{SECRET}@h/d"'}[break_it]
        (project / "pyproject.toml").write_text(f"[tool.tierguard]\n{line}\n")
    done = run(["tierguard", "config"], cwd=project, env=environment())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert SECRET not in done.stderr


NAME = st.text("abcdefgh", min_size=1, max_size=4)
VALUE = st.sampled_from(['"x"', "true", "1", '[\n  "a",\n  # b\n  "c",\n]', '"""\n[tool.tierguard]\n"""', "{ a = 1 }"])


@given(st.lists(st.tuples(NAME, VALUE, st.sampled_from(["", "\n", "# c\n"])), unique_by=lambda one: one[0], max_size=6))
def test_the_line_of_each_key_is_where_it_is_written(keys):
    text, expected = "x = 1\n[tool.tierguard]\n", {}
    for name, value, before in keys:
        text += before
        expected[("tool", "tierguard", name)] = text.count("\n") + 1
        text += f"{name} = {value}\n"
    found = find_lines(text.encode())
    assert {path: line for path, line in found.items() if path in expected} == expected
