"""The page of the configuration is what its own tables say, and its examples are what they say they are."""

from __future__ import annotations

import dataclasses
import importlib.util
import tomllib
from pathlib import Path

import pytest

from tierguard.evidence import keys
from tierguard.evidence.config import Config, Database, Source, parse
from tierguard.model import Tier

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
TABLES = {"TOP": keys.TOP, "FLAGS": keys.FLAGS, "DATABASE": keys.DATABASE, "SOURCE": keys.SOURCE}
EXAMPLES = [pytest.param(key, id=f"{name}.{word}") for name, table in TABLES.items() for word, key in table.items()]


def load():
    spec = importlib.util.spec_from_file_location("configuration", ROOT / "docs" / "configuration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_definition_says():
    assert load().render() == PAGE.read_text(), "python docs/configuration.py writes it anew"


@pytest.mark.parametrize("change", [{"meaning": "Another."}, {"default": "OTHER"}, {"example": 'project = "other"'}])
def test_a_definition_that_changes_changes_the_page(monkeypatch, change):
    monkeypatch.setitem(keys.TOP, "project", dataclasses.replace(keys.TOP["project"], **change))
    assert load().render() != PAGE.read_text()


def test_the_definition_is_the_model_s():
    fields = {kind: {field.name for field in dataclasses.fields(kind)} for kind in (Config, Database, Source)}
    assert set(keys.TOP) == fields[Config] - {"root", "path", "digest"}
    assert set(keys.DATABASE) == (fields[Database] - {"name", "sources"}) | {*Tier, "same_as"}
    assert set(keys.SOURCE) == fields[Source]


@pytest.mark.parametrize("key", EXAMPLES)
def test_every_example_is_one(key, tmp_path):
    table = tomllib.loads(key.example)
    plain, config = (parse(one, tmp_path / "tierguard.toml") for one in ({}, table))
    assert config != plain


def test_every_variable_of_the_environment_is_read_somewhere():
    code = "".join(path.read_text() for path in (ROOT / "src/tierguard").rglob("*.py") if path.name != "keys.py")
    for name in set(keys.ENVIRONMENT) - {"NO_COLOR"}:  # which rich reads
        assert f'"{name}"' in code
