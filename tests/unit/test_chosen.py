"""The choice of a process: made once, frozen, asked for, recorded, shown."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tierguard.errors import AuditRefused, ConsentRefused, SettingMismatch, SettingMissing, TierRefused
from tierguard.evidence.config import parse
from tierguard.model import Authority, Ceiling, Context, Tier
from tierguard.process import terminal
from tierguard.process.chosen import Process
from tierguard.testing import FakePrompter, MemorySink
from tierguard.text import masking

URLS = {
    "TEST_DATABASE_URL": "postgresql://shop:Zq7secretint@127.0.0.1:5432/shop_test",
    "STG_DATABASE_URL": "postgresql://shop:Zq7secretstg@127.0.0.1:5432/shop_stg",
    "DATABASE_URL": "postgresql://shop:Zq7secretprod@db.example.org:5432/shop",
}
PERSON = Context(terminal=True)
PROD = {"USE_PROD_DATABASE": "true"}


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Make sessions whose world is given and whose log is kept."""
    monkeypatch.setattr(terminal, "_shown", terminal.Once())

    def build(environ, context=PERSON, *, answer="yes", error=None):
        config = parse({"project": "shop"}, tmp_path / "tierguard.toml")
        process = Process(config, URLS | environ, context, prompter=FakePrompter([answer] * 9))
        process.recorder.sink = MemorySink(failure=error)
        return process

    yield build
    masking._literals.clear()


def records(process):
    return [(entry.event, entry.decision, entry.tier, entry.rule) for entry in process.recorder.sink.entries]


def test_nothing_asked_is_int_and_asks_nobody(make):
    process = make({})
    assert process.target().url == URLS["TEST_DATABASE_URL"]
    assert process.ceiling() == Ceiling(Tier.INT)
    assert process.prompter.questions == []
    assert records(process) == [("select", "allow", "int", "R9")]


def test_prod_is_asked_for_once_and_frozen(make):
    process = make(PROD)
    for _ in range(3):
        assert process.target().tier is Tier.PROD
    assert process.ceiling() == Ceiling(Tier.PROD, Authority.PERSON)
    assert len(process.prompter.questions) == 1
    assert "db.example.org:5432/shop" in process.prompter.questions[0]
    assert "Zq7" not in process.prompter.questions[0]
    assert records(process) == [("select", "allow", "prod", "R6")]


@pytest.mark.parametrize("answer", ["", "no", "y", "YES", "shop/prod"])
def test_anything_else_than_yes_is_refused_recorded_and_not_frozen(make, answer):
    process = make(PROD, answer=answer)
    with pytest.raises(ConsentRefused):
        process.target()
    assert process.choice is None
    assert records(process) == [("select", "refuse", "prod", "R6")]


def test_a_refusal_says_what_to_do_and_is_recorded(make):
    process = make(PROD, Context())
    with pytest.raises(TierRefused, match="non-interactive mode") as caught:
        process.choose()
    assert caught.value.rule == "R7"
    assert caught.value.hint
    assert process.prompter.questions == []
    assert records(process) == [("select", "refuse", "prod", "R7")]


def test_the_default_prompter_says_no_without_a_terminal(make, monkeypatch):
    process = make(PROD)
    process.prompter = terminal.TtyPrompter()
    monkeypatch.setattr(terminal, "has_terminal", lambda: False)
    with pytest.raises(ConsentRefused):
        process.choose()


def test_another_tier_later_is_a_mismatch_and_the_same_one_is_not(make):
    process = make({})
    process.choose("stg")
    assert process.choose("stg").tier is Tier.STG
    assert process.choose().tier is Tier.STG
    with pytest.raises(SettingMismatch, match="already chose"):
        process.choose("int")


def test_the_record_names_the_configuration_that_it_was_made_with(make, tmp_path):
    process = make({})
    process.config = replace(process.config, digest="ab" * 32)
    process.choose()
    (entry,) = process.recorder.sink.entries
    assert entry.detail == {"config": {"path": str(tmp_path / "tierguard.toml"), "sha256": "ab" * 32}}


def test_a_missing_url_matters_only_for_the_selected_tier(make):
    assert make({"STG_DATABASE_URL": "", "DATABASE_URL": ""}).target().tier is Tier.INT
    with pytest.raises(SettingMissing, match="STG_DATABASE_URL"):
        make({"STG_DATABASE_URL": "", "USE_STG_DATABASE": "1"}).target()
    with pytest.raises(SettingMissing, match="DATABASE_URL"):
        make({**PROD, "DATABASE_URL": ""}).target()


def test_the_ceiling_needs_no_url(make):
    nothing = dict.fromkeys(URLS, "")
    assert make(nothing).ceiling().tier is Tier.INT
    assert make({**nothing, "USE_STG_DATABASE": "1"}).ceiling().tier is Tier.STG


def test_a_stray_flag_is_said_aloud(make, capsys):
    assert make(PROD, Context(tests="pytest")).target().tier is Tier.INT
    assert capsys.readouterr().err.count("PROD; ignored here") == 1


def test_a_service_tells_its_children_what_it_chose(make, monkeypatch):
    monkeypatch.setenv("USE_PROD_DATABASE", "true")
    monkeypatch.setenv("USE_STG_DATABASE", "")  # so that it is put back
    process = make(PROD, Context())
    assert process.choose(service=True).tier is Tier.STG
    assert os.environ.get("USE_STG_DATABASE") == "true"
    assert "USE_PROD_DATABASE" not in os.environ


def test_a_target_hides_its_url_in_its_repr_and_names_its_source(make):
    target = make({}).target()
    assert "Zq7" not in repr(target)
    assert target.source == "TEST_DATABASE_URL"
    assert target.name == "shop/int"


def test_a_connection_is_the_selected_one_by_where_it_goes(make):
    process = make({})
    process.choose()
    here = {"host": "127.0.0.1", "port": "5432", "dbname": "shop_test", "user": "anybody"}
    assert [found.name for found in process.find_databases(here)] == ["default"]
    for change in ({"dbname": "shop_stg"}, {"port": "5433"}, {"host": "db"}, {"hostaddr": "10.0.0.1"}):
        assert not process.find_databases(here | change)


FULL = OSError(28, "No space left on device")


def test_int_goes_on_without_a_log_and_says_so_once(make, capsys):
    process = make({}, error=FULL)
    assert process.target().tier is Tier.INT
    process.recorder.record(_entry(), Ceiling(Tier.INT))
    err = capsys.readouterr().err
    assert err.count("No space left on device") == 1


@pytest.mark.parametrize("environ", [{"USE_STG_DATABASE": "1"}, PROD])
def test_a_person_on_stg_or_prod_is_refused_without_a_log(make, environ):
    process = make(environ, error=FULL)
    with pytest.raises(AuditRefused, match="No space left on device"):
        process.target()
    assert process.choice is None


def test_a_server_writes_its_records_to_standard_error_instead(make, capsys):
    process = make(PROD, Context(production_mode=True), error=FULL)
    assert process.target().tier is Tier.PROD
    err = capsys.readouterr().err
    assert '"event":"select"' in err
    assert '"rule":"R3"' in err


def test_a_refusal_stands_where_it_cannot_be_written(make):
    with pytest.raises(TierRefused):
        make(PROD, Context(), error=FULL).choose()


def test_what_is_recorded_on_stg_and_prod_is_on_disk_first(make):
    for environ, durable in ({}, False), ({"USE_STG_DATABASE": "1"}, True), (PROD, True):
        process = make(environ)
        process.choose()
        assert process.recorder.sink.durable == [durable]


def test_every_record_says_who_where_and_which_project(make):
    process = make({})
    process.choose()
    (entry,) = process.recorder.sink.entries
    assert (entry.project, entry.actor.kind, bool(entry.host)) == ("shop", "human", True)
    assert entry.actor.argv0 == Path(entry.actor.argv0).name


def _entry():
    from tierguard.model import Entry

    return Entry(event="test")
