"""What the documents say of the code, the repository and a reader's databases is so."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path

import pytest
import yaml

from app.db.extensions import REQUIRED
from tierguard.adapters.fastapi import TierMiddleware
from tierguard.model import Tier

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/database-safety.md").read_text()
DOCUMENTS = sorted([ROOT / "AGENTS.md", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def text_of(name):
    return " ".join((ROOT / name).read_text().split())


def test_the_migration_guide_names_the_extensions_that_the_application_needs():
    sentence = re.search(r"Extensions: the application needs (.*?)\.", text_of("docs/database/migrations.md"))[1]
    assert set(re.findall(r"`(\w+)`", sentence)) == set(REQUIRED)
    assert "no other" in sentence
    assert not any("btree_gist" in path.read_text() for path in (ROOT / "migrations").rglob("*.py"))


def test_the_guide_gives_a_ribbon_to_the_tiers_that_the_middleware_gives_one():
    assert set(signature(TierMiddleware).parameters["ribbon"].default) == {Tier.INT, Tier.STG}
    assert "INT's and STG's pages show it as a ribbon too; PROD's do not" in " ".join(GUIDE.split())


@pytest.mark.parametrize(
    "wrong",
    ["PROD is not there", "cannot reset, drop or stamp anything", "cannot reset, drop, stamp", "every page shows it"],
)
def test_what_is_not_so_is_not_said(wrong):
    assert [path.name for path in DOCUMENTS if wrong in " ".join(path.read_text().split())] == []


def test_nobody_is_told_to_install_what_is_not_published():
    told = re.compile(r"^\$? ?(?:python -m )?pip install '?tierguard", re.MULTILINE)
    assert [path.name for path in DOCUMENTS if told.search(path.read_text())] == []


def test_the_recipe_of_compose_has_what_it_builds():
    recipe = (ROOT / "docs/recipes/docker-compose.md").read_text()
    services = yaml.safe_load(re.search(r"```yaml\n(.*?)```", recipe, re.DOTALL)[1])["services"]
    assert {one["build"] for one in services.values() if "build" in one} == {"."}
    image = (ROOT / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (\S+)", image, re.MULTILINE):
        assert (ROOT / source).exists()
    ours = re.findall(r"-m pip install (.*)", (ROOT / "Makefile").read_text())
    wanted = [re.sub(r"--(quiet|disable-pip-version-check) ", "", one) for one in ours]
    theirs = re.findall(r"-m pip install --quiet --no-cache-dir (.*?)(?: \\)?$", image, re.MULTILINE)
    assert theirs == wanted
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".git", ".tierguard", ".venv", "logs"} <= set(ignored)


@pytest.mark.parametrize("path", sorted((ROOT / "docs/pictures").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_shows_no_count_that_depends_on_the_day(path):
    shown = re.sub(r"<[^>]+>", "", path.read_text())
    assert not re.search(r"\b\d{1,3},\d{3}\b|\b\d+\.\d(&#160;| )MB", shown)
