"""Each tier has one source of its URL, and no tier falls back to another's."""

from itertools import combinations

import pytest

from tierguard.errors import SettingMismatch, SettingMissing
from tierguard.evidence import sources
from tierguard.evidence.config import parse
from tierguard.model import Tier
from tierguard.text import masking

URLS = {
    "TEST_DATABASE_URL": "postgresql://shop:Zq7secretint@127.0.0.1:5432/shop_test",
    "STG_DATABASE_URL": "postgresql://shop:Zq7secretstg@127.0.0.1:5432/shop_stg",
    "DATABASE_URL": "postgresql://shop:Zq7secretprod@db.example.org:5432/shop",
}
OF_TIER = dict(zip(Tier, URLS, strict=True))


@pytest.fixture(autouse=True)
def forget():
    yield
    masking._literals.clear()


@pytest.fixture
def config(tmp_path):
    return parse({"project": "shop"}, tmp_path / "tierguard.toml")


def read(config, tier, environ, *, ci=False, database="default"):
    url, name = sources.read_url(config, config.database(database), tier, ci=ci, environ=environ)
    return url.open(), name


def test_a_backend_in_its_own_folder_reads_the_dotenv_that_it_shares(tmp_path):
    shared, above = tmp_path / "shop", tmp_path / ".env"
    backend = shared / "services" / "backend"
    backend.mkdir(parents=True)
    config = parse({"project": "shop"}, backend / "pyproject.toml")
    above.write_text("TEST_DATABASE_URL=postgresql://db/above\n")
    (shared / ".env").write_text("TEST_DATABASE_URL=postgresql://db/shared\n")
    with pytest.raises(SettingMissing):  # no work tree says how far the project reaches
        read(config, Tier.INT, {})
    (shared / ".git").mkdir()
    assert read(config, Tier.INT, {})[0] == "postgresql://db/shared"
    (backend / ".env").write_text("STG_DATABASE_URL=postgresql://db/own\n")  # one file, never a mixture
    with pytest.raises(SettingMissing):
        read(config, Tier.INT, {})
    (backend / ".env").unlink()
    (shared / ".env").unlink()
    with pytest.raises(SettingMissing):  # never beyond the work tree
        read(config, Tier.INT, {})


@pytest.mark.parametrize("tier", list(Tier))
def test_a_tier_reads_its_own_variable(config, tier):
    assert read(config, tier, URLS) == (URLS[OF_TIER[tier]], OF_TIER[tier])


@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("present", [pair for n in range(3) for pair in combinations(URLS, n)], ids=str)
@pytest.mark.parametrize("ci", [False, True])
def test_no_tier_falls_back_to_another_but_int_to_the_cis_own(config, tier, present, ci):
    environ = {name: URLS[name] for name in present}
    wanted = "DATABASE_URL" if ci and tier is Tier.INT and "DATABASE_URL" in present else OF_TIER[tier]
    if wanted in present:
        assert read(config, tier, environ, ci=ci) == (URLS[wanted], wanted)
        return
    with pytest.raises(SettingMissing, match="Database configuration errors") as caught:
        read(config, tier, environ, ci=ci)
    assert OF_TIER[tier] in caught.value.message
    assert not [name for name in set(URLS) - {OF_TIER[tier]} if name in caught.value.message.split()]


def test_the_cis_database_is_no_other_logical_databases(tmp_path):
    table = {"databases": {"events": {"int": {"url": "EVENTS_TEST"}}, "replica": {"same_as": "default"}}}
    config = parse(table, tmp_path / "tierguard.toml")
    environ = URLS | {"EVENTS_TEST": "postgresql://db/events"}
    assert read(config, Tier.INT, environ, ci=True, database="events") == ("postgresql://db/events", "EVENTS_TEST")
    assert read(config, Tier.INT, environ, ci=True, database="replica")[1] == "DATABASE_URL"


def test_the_cis_database_counts_from_the_environment_only(config):
    (config.root / ".env").write_text("\n".join(f"{name}={url}" for name, url in URLS.items()))
    assert read(config, Tier.INT, {}, ci=True)[1] == "TEST_DATABASE_URL"
    assert read(config, Tier.INT, {"DATABASE_URL": "  "}, ci=True)[1] == "TEST_DATABASE_URL"


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_is_unset_and_does_not_fall_through(config, empty):
    (config.root / ".env").write_text(f"TEST_DATABASE_URL={URLS['TEST_DATABASE_URL']}\n")
    assert read(config, Tier.INT, {})[1] == "TEST_DATABASE_URL"
    with pytest.raises(SettingMissing):
        read(config, Tier.INT, {"TEST_DATABASE_URL": empty})


def test_the_environment_wins_over_the_file(config):
    (config.root / ".env").write_text("TEST_DATABASE_URL=postgresql://db/from_file\n")
    assert read(config, Tier.INT, URLS)[0] == URLS["TEST_DATABASE_URL"]


def test_parts_make_a_url_and_missing_ones_are_listed(tmp_path):
    parts = {"host": "H", "user": "U", "password": "P", "dbname": "D"}
    config = parse({"databases": {"default": {"prod": {"parts": parts}}}}, tmp_path / "tierguard.toml")
    environ = {"H": "db", "U": "shop", "P": "Zq7@/secret", "D": "shop"}
    assert read(config, Tier.PROD, environ)[0] == "postgresql://shop:Zq7%40%2Fsecret@db/shop"
    with pytest.raises(SettingMissing, match="P, D not set"):
        read(config, Tier.PROD, {"H": "db", "U": "shop"})
    assert "Zq7" not in masking.mask("the server says Zq7@/secret is wrong")


def test_a_service_is_libpqs_to_read(tmp_path):
    config = parse({"databases": {"default": {"prod": {"service": "shop"}}}}, tmp_path / "tierguard.toml")
    assert read(config, Tier.PROD, {"PGSERVICEFILE": "/etc/pg"}) == ("postgresql:///?service=shop", "service shop")
    with pytest.raises(SettingMismatch, match="PGSERVICE "):
        read(config, Tier.PROD, {"PGSERVICE": "other"})


@pytest.mark.parametrize("name", ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS"])
def test_what_libpq_reads_beside_a_complete_url_is_an_error(config, name):
    with pytest.raises(SettingMismatch, match=name):
        read(config, Tier.INT, URLS | {name: "x"})
    assert read(config, Tier.INT, URLS | {name: ""})


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql:///shop", "PGHOST"),
        ("postgresql://db/shop", "PGPORT"),
        ("postgresql://db/shop", "PGUSER"),
        ("postgresql://shop@db/shop", "PGPASSWORD"),
        ("postgresql://db", "PGDATABASE"),
    ],
)
def test_what_would_fill_a_hole_in_the_url_is_an_error_and_its_value_is_not_shown(config, url, name):
    environ = {"TEST_DATABASE_URL": url, name: "Zq7value"}
    with pytest.raises(SettingMismatch, match=name) as caught:
        read(config, Tier.INT, environ)
    assert "Zq7" not in str(caught.value)


def test_what_fills_no_hole_is_none_of_our_business(config):
    ambient = {"PGHOST": "x", "PGPORT": "1", "PGUSER": "x", "PGPASSWORD": "x", "PGDATABASE": "x", "PGAPPNAME": "x"}
    assert read(config, Tier.INT, URLS | ambient)[0] == URLS["TEST_DATABASE_URL"]
    same = {"TEST_DATABASE_URL": "postgresql://u:p@db:1/shop?options=-cwork_mem%3D1MB", "PGOPTIONS": "-cwork_mem=1MB"}
    assert read(config, Tier.INT, same)


def test_an_embedded_url_is_not_moved_by_ambient_variables(config):
    environ = {"TEST_DATABASE_URL": "embedded:///shop_test", "PGHOST": "elsewhere", "PGUSER": "x"}
    assert read(config, Tier.INT, environ)[0] == "embedded:///shop_test"


@pytest.mark.parametrize("name", ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS"])
def test_an_embedded_server_is_not_left_for_another_address(config, name):
    with pytest.raises(SettingMismatch, match=name):
        read(config, Tier.STG, {"STG_DATABASE_URL": "embedded:///shop_stg", name: "203.0.113.9"})


def test_a_malformed_url_names_its_variable_and_hides_its_secret(config):
    with pytest.raises(SettingMismatch, match="STG_DATABASE_URL") as caught:
        read(config, Tier.STG, {"STG_DATABASE_URL": "postgresql://u:Zq7@secret@h/d"})
    assert "Zq7" not in str(caught.value)
