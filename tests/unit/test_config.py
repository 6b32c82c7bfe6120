"""The configuration: what is known is kept, what is not is an error that names the key."""

import datetime as dt
import textwrap

import pytest

from tierguard.errors import SettingMismatch, SettingMissing
from tierguard.evidence.config import load, parse, read_table
from tierguard.evidence.files import find
from tierguard.model import Tier

FULL = """
[tool.tierguard]
project = "shop"
audit_log = "var/audit.jsonl"
production_mode = "SHOP_LIVE"
flags = { stg = "SHOP_STG", prod = "SHOP_PROD" }
request = "APP_ENV"
aliases = { dev = "int", Staging = "stg", production = "prod" }
local_hosts = ["postgres", "db"]
adopt_until = 2026-12-31
[tool.tierguard.databases.default]
int.url = "INT_URL"
stg.url = "STG_URL"
stg.shared = true
prod.parts = { host = "H", user = "U", password = "P", dbname = "D" }
prod.migrator = "MIGRATOR_URL"
prod.backup = "provider"
deliver = ["DATABASE_URL", "DB"]
[tool.tierguard.databases.replica]
same_as = "default"
[tool.tierguard.databases.events]
int.url = "EVENTS_INT"
prod.service = "events"
[tool.tierguard.databases.airflow]
external = true
"""


def write(folder, text, name="pyproject.toml"):
    path = folder / name
    path.write_text(textwrap.dedent(text))
    return path


@pytest.fixture(autouse=True)
def unnamed(monkeypatch):
    monkeypatch.delenv("TIERGUARD_CONFIG", raising=False)


def test_the_whole_model_is_read(tmp_path):
    write(tmp_path, FULL)
    config = load(tmp_path)
    assert (config.project, config.root, config.audit_log) == ("shop", tmp_path, tmp_path / "var" / "audit.jsonl")
    assert dict(config.flags) == {Tier.STG: "SHOP_STG", Tier.PROD: "SHOP_PROD"}
    assert (config.production_mode, config.request) == ("SHOP_LIVE", "APP_ENV")
    assert config.local_hosts == ("postgres", "db")
    assert config.adopt_until == dt.date(2026, 12, 31)
    default, replica, events, airflow = (config.database(n) for n in ("default", "replica", "events", "airflow"))
    assert default.deliver == ("DATABASE_URL", "DB")
    assert default.sources[Tier.STG].shared
    assert default.sources[Tier.PROD].variables == ("H", "U", "P", "D")
    assert (default.sources[Tier.PROD].migrator, default.sources[Tier.PROD].backup) == ("MIGRATOR_URL", "provider")
    assert replica.sources == default.sources
    assert events.sources[Tier.PROD].service == "events"
    assert events.sources[Tier.STG].variables == ()
    assert airflow.external
    assert not default.external


def test_the_usual_variables_need_no_configuration(tmp_path):
    write(tmp_path, "[tool.tierguard]")
    config = load(tmp_path)
    sources = config.database().sources
    assert [sources[tier].url for tier in Tier] == ["TEST_DATABASE_URL", "STG_DATABASE_URL", "DATABASE_URL"]
    assert config.project == tmp_path.name
    assert dict(config.flags) == {Tier.STG: "USE_STG_DATABASE", Tier.PROD: "USE_PROD_DATABASE"}


@pytest.mark.parametrize("word", ["int", "STG", " prod ", "dev", "STAGING", "Production"])
def test_a_tier_is_named_in_any_case_or_by_an_alias(tmp_path, word):
    write(tmp_path, FULL)
    expected = {"dev": "int", "staging": "stg", "production": "prod"}
    plain = word.strip().lower()
    assert load(tmp_path).tier(word) == expected.get(plain, plain)


@pytest.mark.parametrize("word", ["", "prdo", "int stg", "test"])
def test_an_unknown_tier_lists_what_is_allowed(tmp_path, word):
    write(tmp_path, FULL)
    with pytest.raises(SettingMismatch, match="int, stg, prod, dev, staging, production"):
        load(tmp_path).tier(word)


def test_an_unknown_database_lists_those_there_are(tmp_path):
    write(tmp_path, FULL)
    with pytest.raises(SettingMismatch, match="airflow, default, events, replica"):
        load(tmp_path).database("replika")


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ({"projekt": "x"}, "tool.tierguard.projekt is not a known key. Did you mean project?"),
        ({"zzz": 1}, "tool.tierguard.zzz is not a known key. Allowed: project"),
        ({"project": 1}, "tool.tierguard.project must be a text"),
        ({"audit_log": True}, "audit_log"),
        ({"flags": {"int": "X"}}, "tool.tierguard.flags.int"),
        ({"flags": {"stg": True}}, "tool.tierguard.flags.stg"),
        ({"flags": "X"}, "tool.tierguard.flags"),
        ({"aliases": {"dev": "development"}}, "aliases.dev must be int, stg or prod"),
        ({"aliases": {"prod": "int"}}, "prod"),
        ({"aliases": {"PROD": "int"}}, "prod"),
        ({"local_hosts": "db"}, "local_hosts"),
        ({"local_hosts": ["db", 1]}, "local_hosts"),
        ({"adopt_until": "soon"}, "adopt_until"),
        ({"databases": {"default": 1}}, "tool.tierguard.databases.default must be a table"),
        ({"databases": {"default": {"dev": {}}}}, "tool.tierguard.databases.default.dev"),
        ({"databases": {"default": {"int": "URL"}}}, "tool.tierguard.databases.default.int"),
        ({"databases": {"default": {"int": {"urls": "X"}}}}, "default.int.urls is not a known key. Did you mean url?"),
        ({"databases": {"default": {"int": {"url": 5}}}}, "default.int.url must be the name of a variable"),
        ({"databases": {"default": {"stg": {"shared": "yes"}}}}, "default.stg.shared must be true or false"),
        ({"databases": {"default": {"prod": {"backup": "mine"}}}}, 'default.prod.backup may only be "provider"'),
        ({"databases": {"default": {"prod": {"parts": {"hots": "H"}}}}}, "prod.parts.hots"),
        ({"databases": {"default": {"prod": {"url": "A", "service": "b"}}}}, "more than one of url, parts and service"),
        ({"databases": {"default": {"prod": {"ask_above": True}}}}, "prod.ask_above must be a whole number"),
        ({"databases": {"default": {"prod": {"ask_above": -1}}}}, "prod.ask_above must be a whole number"),
        ({"databases": {"default": {"prod": {"statement_timeout": "0"}}}}, "prod.statement_timeout must be a number"),
        ({"databases": {"default": {"prod": {"idle_timeout": "10m; DROP"}}}}, "prod.idle_timeout must be a number"),
        ({"databases": {"default": {"int": {"url": "T", "ask_above": 5}}}}, "int.ask_above: only PROD has it"),
        ({"databases": {"default": {"deliver": [1]}}}, "databases.default.deliver"),
        ({"databases": {"x": {"same_as": "y"}}}, "databases.x.same_as"),
        ({"databases": {"x": {"same_as": "y"}, "y": {"same_as": "x"}}}, "same_as"),
        ({"databases": {"x": {"same_as": "default", "int": {"url": "X"}}}}, "databases.x"),
    ],
)
def test_a_wrong_key_is_named(tmp_path, table, names):
    with pytest.raises(SettingMismatch) as caught:
        parse(table, tmp_path / "tierguard.toml")
    assert names in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_nearest_file_at_or_above_counts(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    outer = write(tmp_path, "[tool.tierguard]")
    assert find(inner, {}) == outer
    write(tmp_path / "a", "[project]\nname = 'not ours'")
    assert find(inner, {}) == outer
    own = write(tmp_path / "a", "project = 'a'", "tierguard.toml")
    assert find(inner, {}) == own
    assert load(inner).project == "a"
    assert load(inner).root == tmp_path / "a"


def test_a_variable_may_name_the_file(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = write(elsewhere, "project = 'named'", "mine.toml")
    monkeypatch.setenv("TIERGUARD_CONFIG", str(path))
    assert load(tmp_path).project == "named"
    assert load(tmp_path).root == elsewhere
    monkeypatch.setenv("TIERGUARD_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(SettingMissing, match="TIERGUARD_CONFIG"):
        load(tmp_path)


def test_no_configuration_and_broken_toml_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr("tierguard.evidence.config.find", lambda _start: None)
    with pytest.raises(SettingMissing, match="No tierguard configuration"):
        load(tmp_path)
    monkeypatch.undo()
    monkeypatch.delenv("TIERGUARD_CONFIG", raising=False)
    write(tmp_path, "[tool.tierguard\n", "tierguard.toml")
    with pytest.raises(SettingMismatch, match=r"tierguard\.toml is not valid TOML"):
        load(tmp_path)


def test_a_changed_file_is_read_again(tmp_path):
    import os

    path = write(tmp_path, "project = 'one'", "tierguard.toml")
    assert load(tmp_path).project == "one"
    path.write_text("project = 'two'")
    os.utime(path, ns=(1, 1))
    assert load(tmp_path).project == "two"


@pytest.mark.parametrize(
    ("table", "one", "other", "both"),
    [
        (
            {"databases": {"default": {"int": {"url": "DATABASE_URL"}}}},
            "default.int.url",
            "default.prod.url",
            "DATABASE_URL",
        ),
        (
            {"databases": {"default": {"stg": {"url": "U"}, "prod": {"url": "U"}}}},
            "default.stg.url",
            "default.prod.url",
            "U",
        ),
        (
            {"databases": {"events": {"stg": {"url": "DATABASE_URL"}}}},
            "default.prod.url",
            "events.stg.url",
            "DATABASE_URL",
        ),
        ({"databases": {"default": {"prod": {"url": "P", "migrator": "P"}}}}, "prod.url", "prod.migrator", "P"),
        ({"flags": {"stg": "USE", "prod": "USE"}}, "flags.stg", "flags.prod", "USE"),
        ({"flags": {"prod": "LIVE"}, "production_mode": "LIVE"}, "flags.prod", "production_mode", "LIVE"),
        ({"request": "TIERGUARD_PRODUCTION_MODE"}, "production_mode", "request", "TIERGUARD_PRODUCTION_MODE"),
        ({"request": "DATABASE_URL"}, "request", "default.prod.url", "DATABASE_URL"),
        (
            {"databases": {"default": {"stg": {"service": "app"}, "prod": {"service": "app"}}}},
            "stg.service",
            "prod.service",
            "the service app",
        ),
        (
            {
                "databases": {
                    "x": {"stg": {"parts": {"host": "H", "user": "A"}}, "prod": {"parts": {"host": "U", "user": "H"}}}
                }
            },
            "x.stg.parts.host",
            "x.prod.parts.user",
            "H",
        ),
        (
            {
                "databases": {
                    "x": {t: {"parts": {"host": "H", "dbname": "D", "user": f"U_{t}"}} for t in ("stg", "prod")}
                }
            },
            "x.stg.parts",
            "x.prod.parts",
            "host H and dbname D",
        ),
        (
            {"databases": {"x": {t: {"parts": {"host": "H", "user": "U"}} for t in ("int", "prod")}}},
            "x.int.parts",
            "x.prod.parts",
            "host H and user U",
        ),
    ],
)
def test_a_variable_with_two_meanings_is_an_error_that_names_both_keys(tmp_path, table, one, other, both):
    with pytest.raises(SettingMismatch) as caught:
        parse(table, tmp_path / "tierguard.toml")
    assert f"{one} and tool.tierguard." in str(caught.value)
    assert f"{other} both read {both}." in str(caught.value)
    assert (caught.value.exit_code, caught.value.rule) == (2, "setting-mismatch")


def test_tiers_may_share_a_host_and_a_user_and_databases_may_be_one(tmp_path):
    parts = {
        tier: {"parts": {"host": "DB_HOST", "user": "DB_USER", "password": "DB_PASSWORD", "dbname": f"DB_{tier}"}}
        for tier in ("int", "stg", "prod")
    }
    table = {"databases": {"default": parts, "replica": {"same_as": "default"}, "deliver": {"deliver": ["DB_HOST"]}}}
    config = parse(table, tmp_path / "tierguard.toml")
    assert config.database("replica").sources == config.database().sources


@pytest.mark.parametrize(("table", "sources"), [({}, ["", "", ""]), ({"int": {"url": "T"}}, ["T", "", ""])])
def test_one_variable_with_another_value_in_each_environment(tmp_path, table, sources):
    config = parse({"databases": {"default": {"url": "DATABASE_URL", **table}}}, tmp_path / "tierguard.toml")
    database = config.database()
    assert [database.sources[tier].url for tier in Tier] == [url or "DATABASE_URL" for url in sources]
    for selected in Tier:
        here = [tier for tier in Tier if not database.is_elsewhere(tier, selected)]
        assert here == [tier for tier in Tier if tier is selected or database.sources[tier].url != "DATABASE_URL"]


@pytest.mark.parametrize(
    "table",
    [
        {"default": {"url": "U"}, "events": {"url": "U"}},
        {"default": {"url": "U"}, "events": {"prod": {"url": "U"}}},
        {"default": {"int": {"url": "U"}, "stg": {"url": "U"}}},
    ],
)
def test_it_is_one_variable_of_one_database_and_said_as_such(tmp_path, table):
    with pytest.raises(SettingMismatch, match=r"both read U.*url = \"VARIABLE\" says that each environment"):
        parse({"databases": table}, tmp_path / "tierguard.toml")


def test_what_is_said_of_a_tier_leaves_it_the_usual_variable(tmp_path):
    table = {"databases": {"default": {"stg": {"shared": True}, "prod": {}}}}
    stg, prod = (parse(table, tmp_path / "tierguard.toml").database().sources[tier] for tier in (Tier.STG, Tier.PROD))
    assert (stg.url, stg.shared, prod.url) == ("STG_DATABASE_URL", True, "")


@pytest.mark.parametrize("flags", [{"stg": "SHOP_STG"}, {"stg": "SHOP_STG", "prod": ""}])
def test_flags_are_those_that_are_named(tmp_path, flags):
    assert dict(parse({"flags": flags}, tmp_path / "tierguard.toml").flags) == {Tier.STG: "SHOP_STG"}


@pytest.mark.parametrize("name", ["pyproject.toml", "tierguard.toml"])
@pytest.mark.parametrize(("text", "key"), [(b"tool = []", "tool"), (b"[tool]\ntierguard = []", "tierguard")])
def test_what_should_be_a_table_is_named_with_its_file(name, text, key):
    with pytest.raises(SettingMismatch, match=rf"{key} in {name} must be a table\. As in: \[tool\.tierguard\]"):
        read_table(text, name)


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("production_mode", lambda url: {"production_mode": url}),
        ("flags.prod", lambda url: {"flags": {"prod": url}}),
        ("databases.default.url", lambda url: {"databases": {"default": {"url": url}}}),
        ("databases.default.int.url", lambda url: {"databases": {"default": {"int": {"url": url}}}}),
        ("databases.default.deliver", lambda url: {"databases": {"default": {"deliver": [url]}}}),
        ("databases.default.prod.service", lambda url: {"databases": {"default": {"prod": {"service": url}}}}),
        (
            "databases.default.prod.parts.host",
            lambda url: {"databases": {"default": {"prod": {"parts": {"host": url}}}}},
        ),
    ],
)
@pytest.mark.parametrize("url", ["postgresql://u:Zq7secret@h/d", "host=h password=Zq7secret", "u:Zq7secret@h", "Zq7!"])
def test_a_value_where_a_name_belongs_is_not_repeated_and_the_right_form_is_shown(tmp_path, key, table, url):
    with pytest.raises(SettingMismatch) as caught:
        parse(table(url), tmp_path / "tierguard.toml")
    line = str(caught.value)
    assert line.startswith(f"tool.tierguard.{key} ")
    assert "Zq7" not in line
    assert "As in: " in line or "They belong in .env" in line


def test_the_digest_is_the_files(tmp_path):
    import hashlib

    path = write(tmp_path, FULL)
    assert load(tmp_path).digest == hashlib.sha256(path.read_bytes()).hexdigest()
