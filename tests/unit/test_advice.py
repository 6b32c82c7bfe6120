"""What a refusal advises: the exact command for a person, and what an agent may do."""

import sys

import pytest

from tierguard.errors import ConsentRefused, TierRefused
from tierguard.evidence.config import parse
from tierguard.model import Context, Hearsay, Tier
from tierguard.process.advice import advise, this_command
from tierguard.process.chosen import Process
from tierguard.testing import FakePrompter, MemorySink

AGENT = Context(agent="codex", terminal=True)
NO_STG_FLAG = {"flags": {"prod": "LIVE"}}


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Give a process of a project with such settings, started with such words and variables."""

    def build(argv=(), environ=None, context=Context(terminal=True), **settings):  # noqa: B008 - frozen
        monkeypatch.setattr(sys, "orig_argv", list(argv))
        config = parse({"project": "shop", "request": "APP_ENV", **settings}, tmp_path / "tierguard.toml")
        process = Process(config, environ or {}, context, prompter=FakePrompter([]))
        process.recorder.sink = MemorySink()
        return process

    return build


@pytest.mark.parametrize(
    ("argv", "environ", "shown"),
    [
        ("python reset.py stg", {}, "python reset.py stg"),
        ("/v/bin/python /v/bin/alembic downgrade base", {}, "alembic downgrade base"),
        (
            "/v/bin/python x.py --password hunter22",
            {"USE_STG_DATABASE": "1"},
            "USE_STG_DATABASE=true python x.py …",
        ),
        ("/v/bin/python x.py", {"APP_ENV": "stg"}, "APP_ENV=stg python x.py"),
        ("/v/bin/python -c print('hunter22')", {}, "python …"),
        ("/v/bin/python -m tierguard stamp prod", {}, "python -m tierguard stamp prod"),
        ("/v/bin/python -m x -p hunter22", {}, "python -m x …"),
        ("/v/bin/python x.py postgresql://me:hunter22@db/shop", {}, "python x.py postgresql://me:***@db/shop"),
        (
            "/v/bin/python /v/bin/tierguard run --tier prod --operation read --for 8h --reason fix -- psql -c secret",
            {},
            "tierguard run --tier prod --operation read --for 8h --reason fix -- psql …",
        ),
        (
            "/v/bin/python /v/bin/tierguard snapshot prune stg --all --json",
            {},
            "tierguard snapshot prune stg --all",
        ),
        ("tierguard url --tier=prod --database", {}, "tierguard url --tier=prod --database ''"),
        ("tierguard url --token=hunter22 prod", {}, "tierguard url …"),
        ("", {}, ""),
    ],
)
def test_the_command_for_a_person_is_what_was_typed_without_secrets(make, argv, environ, shown):
    process = make(argv.split(" ") if argv else (), environ)
    process.choose()
    assert this_command(process, Tier.STG) == shown


@pytest.mark.parametrize(
    ("settings", "how"),
    [
        ({}, "USE_STG_DATABASE=true"),
        (NO_STG_FLAG, "APP_ENV=stg"),
        ({**NO_STG_FLAG, "request": ""}, "tierguard run --tier stg -- COMMAND"),
    ],
)
def test_an_agent_is_told_how_it_gets_int_and_stg(make, settings, how):
    advice = advise(make(**settings).config, AGENT)
    assert "INT, which needs no request" in advice
    assert f"STG ({how})" in advice
    assert not advise(make(**settings).config, Context())


@pytest.mark.parametrize("server", [{}, {"production_mode": True, "git_tree": True}, {"ci": True}])
def test_an_agent_that_asks_for_prod_gets_the_command_for_its_person_and_no_way_round(make, server):
    context = Context(agent="codex", terminal=True, **server)
    process = make(["python", "x.py"], {"USE_PROD_DATABASE": "1"}, context)
    if context.ci:
        assert process.choose().tier is Tier.INT
        return
    with pytest.raises(TierRefused) as caught:
        process.choose()
    assert caught.value.ask == "USE_PROD_DATABASE=true python x.py"
    said = str(caught.value)
    assert said.endswith("A person types at a terminal: USE_PROD_DATABASE=true python x.py")
    for way in ("PRODUCTION_MODE", "unset", "CODEX", "R7.md", "unit file", "TIERGUARD"):
        assert way not in said


def test_who_only_lacks_a_terminal_gets_the_command_too(make):
    with pytest.raises(TierRefused) as caught:
        make(["python", "x.py"], {"USE_PROD_DATABASE": "1"}, Context()).choose()
    assert caught.value.ask == "USE_PROD_DATABASE=true python x.py"


LOADED = Context(production_mode=True, git_tree=True, hearsay=Hearsay(production_mode=".env"))


@pytest.mark.parametrize("context", [LOADED, Context(tests="pytest")])
def test_where_a_person_is_not_what_is_missing_none_is_asked_for(make, context):
    process = make(["python", "x.py"], {}, context)
    with pytest.raises(TierRefused) as caught:
        process.choose("stg" if context.tests else "prod")
    assert not caught.value.ask


def test_a_command_is_the_end_of_the_sentence_and_a_field():
    error = ConsentRefused("no.", hint="Do that.", ask="shop reset")
    assert str(error) == "no. Do that. A person types at a terminal: shop reset"
    assert (error.message, error.hint, error.ask) == ("no.", "Do that.", "shop reset")
