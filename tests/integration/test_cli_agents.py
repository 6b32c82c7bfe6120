"""``tierguard agents`` and the documents for agents: true for each configuration, and without a secret."""

import json
import re
from pathlib import Path

import pytest
from support.agents import title, variables
from support.child import environment, run

from tierguard.evidence.markers import MARKERS

ROOT = Path(__file__).parents[2]
AGENTS = (ROOT / "AGENTS.md").read_text()
SECRET = "postgresql://app:Zq7secret@db.invalid/shop"
PLAIN = 'project = "shop"\n'
RICH = """
project = "shop"
request = "APP_ENV"
aliases = { staging = "stg", live = "prod" }
flags = { prod = "USE_LIVE" }
[databases.default]
int.url = "SHOP_TEST_URL"
stg.url = "SHOP_STG_URL"
stg.shared = true
prod.parts = { host = "SHOP_HOST", user = "SHOP_USER", password = "SHOP_PASSWORD", dbname = "SHOP_NAME" }
[databases.events]
int.url = "EVENTS_TEST_URL"
stg.url = "EVENTS_STG_URL"
prod.service = "events"
[databases.partner]
external = true
"""
ONE = 'project = "shop"\nflags = {}\n[databases.default]\nurl = "DATABASE_URL"\n'


@pytest.fixture
def tell(tmp_path):
    def call(settings, *words):
        (tmp_path / "tierguard.toml").write_text(settings)
        names = re.findall(r"[A-Z]+_URL", settings) or ["DATABASE_URL"]
        env = environment(**dict.fromkeys(names, SECRET), SHOP_PASSWORD="Zq7secret", CLAUDECODE="1")
        done = run(["tierguard", "agents", *words], cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr
        assert "Zq7secret" not in done.stdout + done.stderr
        assert not (tmp_path / "logs").exists()
        return done.stdout

    return call


def test_the_rules_name_the_projects_own_words(tell):
    said = tell(RICH)
    for words in (
        "`APP_ENV=stg COMMAND`",
        "It is shared: a reset needs a person.",
        "INT `SHOP_TEST_URL`; STG `SHOP_STG_URL`; PROD `SHOP_HOST`, `SHOP_USER`, `SHOP_PASSWORD`, `SHOP_NAME`",
        "database events (`--database events`): INT `EVENTS_TEST_URL`; STG `EVENTS_STG_URL`; PROD the service `events`",
        "partner is external",
        "staging is STG, live is PROD",
    ):
        assert words in said
    assert "USE_LIVE" not in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PLAIN, "`USE_STG_DATABASE=true COMMAND`"),
        (PLAIN, "`tierguard undo stg` brings back"),
        (ONE, "`tierguard run --tier stg -- COMMAND`"),
        (ONE, "Each environment has one URL, in `DATABASE_URL`."),
    ],
)
def test_the_rules_fit_other_configurations(tell, settings, words):
    assert words in tell(settings)


def test_a_program_gets_the_same_rules(tell):
    told = json.loads(tell(RICH, "--json"))
    assert (told["project"], told["ask_for"]) == ("shop", {"stg": "APP_ENV=stg"})
    assert told["variables"]["int"] == {"default": ["SHOP_TEST_URL"], "events": ["EVENTS_TEST_URL"]}
    assert [f"- {rule}" for rule in told["rules"]] == tell(RICH).splitlines()[4:]


def test_the_rules_of_this_repository_are_those_that_the_command_prints():
    assert run(["tierguard", "agents"]).stdout in AGENTS


def test_what_the_rules_of_this_repository_name_is_there():
    makefile = (ROOT / "Makefile").read_text()
    assert [name for name in re.findall(r"\bmake (\w+)", AGENTS) if f"\n{name}: " not in makefile] == []
    paths = re.findall(r"`((?:src|app|docs|tests|scripts|migrations|seeds)/[\w./]*)`|pytest (\S+)", AGENTS)
    assert [path for path in map("".join, paths) if not (ROOT / path).exists()] == []
    assert len(AGENTS.splitlines()) < 80


@pytest.mark.parametrize("marker", MARKERS, ids=title)
def test_every_marker_is_in_the_document_with_its_grade(marker):
    page = (ROOT / "docs" / "agents.md").read_text()
    work, _, recorded = page.partition("| recorded only |")
    where = recorded if marker.grade == "editor" else work
    for name in variables(marker):
        assert re.search(rf"`{name}[=`]", where)
