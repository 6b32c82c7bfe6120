"""What a command of `tierguard run` sees: one tier and no other."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from tierguard.deciding.child_environment import child_environment, passfile_line
from tierguard.evidence.config import parse
from tierguard.model import Target, Tier
from tierguard.text.sealed import Sealed

URLS = {
    "TEST_DATABASE_URL": "postgresql://i:ipass@h1:1/int",
    "STG_DATABASE_URL": "postgresql://s:spass@h2:2/stg",
    "DATABASE_URL": "postgresql://p:ppass@h3:3/prod?sslmode=require",
    "MIGRATOR": "postgresql://m:mpass@h3:3/prod",
}
OF_TIER = {Tier.INT: "TEST_DATABASE_URL", Tier.STG: "STG_DATABASE_URL", Tier.PROD: "DATABASE_URL"}
AMBIENT = {"PGHOST": "evil", "PGSERVICE": "evil", "PGOPTIONS": "evil", "PGHOSTADDR": "evil", "PGPASSWORD": "evil"}
OTHERS = {"PATH": "/bin", "HOME": "/h", "USE_STG_DATABASE": "1", "USE_PROD_DATABASE": "1", "APP_ENV": "prod"}


@pytest.fixture
def config(tmp_path):
    table = {"project": "shop", "request": "APP_ENV", "databases": {"default": {"prod": {}}}}
    table["databases"]["default"]["prod"] = {"url": "DATABASE_URL", "migrator": "MIGRATOR"}
    return parse(table, tmp_path / "tierguard.toml")


def target(tier, url=None):
    return Target("shop", "default", tier, Sealed(url or URLS[OF_TIER[tier]]), "R8", "")


@pytest.mark.parametrize("tier", list(Tier))
def test_a_child_sees_its_tier_and_no_others(config, tier):
    child = child_environment(URLS | AMBIENT | OTHERS, config, target(tier), "/pass")
    url = URLS[OF_TIER[tier]]
    known = conninfo_to_dict(url)
    assert child[OF_TIER[tier]] == url
    assert [child[name] for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE")] == [
        known[key] for key in ("host", "port", "user", "dbname")
    ]
    assert child["PGPASSFILE"] == "/pass"
    assert child["PATH"] == "/bin"
    others = [other for name, other in URLS.items() if name != OF_TIER[tier]]
    assert not [value for value in child.values() if value in others or value == "evil"]
    assert "APP_ENV" not in child
    flags = {name for name in child if name.startswith("USE_")}
    assert flags == ({config.flags[tier]} if tier is not Tier.INT else set())
    assert child.get("PGSSLMODE") == ("require" if tier is Tier.PROD else None)


def test_what_is_delivered_is_set_whatever_the_tier(tmp_path):
    table = {"databases": {"default": {"deliver": ["DATABASE_URL", "DB"]}}}
    config = parse(table, tmp_path / "tierguard.toml")
    child = child_environment(URLS, config, target(Tier.STG), "")
    assert child["DATABASE_URL"] == child["DB"] == child["STG_DATABASE_URL"] == URLS["STG_DATABASE_URL"]
    assert "TEST_DATABASE_URL" not in child
    assert "PGPASSFILE" not in child


def test_parts_are_set_from_the_target(tmp_path):
    parts = {"host": "H", "user": "U", "password": "P", "dbname": "D"}
    config = parse({"databases": {"default": {"stg": {"parts": parts}}}}, tmp_path / "tierguard.toml")
    child = child_environment({"H": "old", "P": "old"}, config, target(Tier.STG), "")
    assert [child[name] for name in "HUPD"] == ["h2", "s", "spass", "stg"]
    other = child_environment({"H": "old", "P": "old"}, config, target(Tier.INT), "")
    assert not set("HUPD") & set(other)


WORD = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1, max_size=10)


@given(WORD, WORD, WORD)
def test_a_password_file_line_is_read_back_field_by_field(user, password, dbname):
    from urllib.parse import quote

    user, password, dbname = (quote(word, safe="") for word in (user, password, dbname))
    line = passfile_line(f"postgresql://{user}:{password}@h/{dbname}")
    known = conninfo_to_dict(f"postgresql://{user}:{password}@h/{dbname}")
    assert split(line) == ["*", "*", known["dbname"], known["user"], known["password"]]


def split(line):
    """Split a line as libpq does: a backslash takes the next character as it is."""
    fields, escaped = [""], False
    for character in line.removesuffix("\n"):
        if escaped or character not in "\\:":
            fields[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            fields.append("")
    return fields


def test_no_password_is_no_line():
    assert passfile_line("postgresql://u@h/d") == ""


@pytest.mark.parametrize(("tier", "name"), list(product(Tier, AMBIENT)))
def test_no_ambient_variable_survives(config, tier, name):
    assert child_environment({name: "evil"}, config, target(tier), "").get(name) != "evil"
