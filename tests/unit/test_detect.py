"""Evidence about a process, and signs of agents: what counts, and what only looks as if it did."""

import io
import os
import sys

import pytest

from tierguard import startup
from tierguard.errors import SettingMismatch
from tierguard.evidence import detect
from tierguard.evidence.booleans import parse_boolean
from tierguard.evidence.config import parse
from tierguard.evidence.lineage import Relative
from tierguard.model import Context, Tier


@pytest.fixture
def config(tmp_path):
    return parse({"project": "shop", "request": "APP_ENV"}, tmp_path / "tierguard.toml")


@pytest.fixture
def alone(monkeypatch):
    """Give the detection without what this very process is: under pytest, perhaps below an agent."""
    monkeypatch.setattr(detect, "_pytest_plugin_active", False)
    monkeypatch.setattr(detect, "lineage", tuple)
    monkeypatch.setattr(detect, "find_tests", lambda *_: "")
    monkeypatch.setattr(detect, "has_terminal", lambda: True)
    monkeypatch.setattr(startup, "environment", lambda: None)
    return detect.detect


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "TRUE", "Yes", " on "])
def test_every_yes_is_true(word):
    assert parse_boolean({"X": word}, "X")


@pytest.mark.parametrize("word", [None, "", " ", "false", "0", "no", "off", "FALSE", "Off"])
def test_every_no_is_false(word):
    assert not parse_boolean({} if word is None else {"X": word}, "X")


@pytest.mark.parametrize("word", ["ture", "y", "n", "2", "-1", "t", "enabled", "true false", "none", "ON!"])
def test_anything_else_is_an_error_that_names_the_variable(word):
    with pytest.raises(SettingMismatch, match=r"X .*neither true nor false") as caught:
        parse_boolean({"X": word}, "X")
    assert ("ture" in str(caught.value)) == (word == "ture")
    assert "true, 1, yes, on" in str(caught.value)


def test_nothing_is_evidence_of_nothing(config, alone):
    assert alone(config, {}) == Context(terminal=True, git_tree=False)


@pytest.mark.parametrize(
    ("environ", "evidence"),
    [
        ({"PYTEST_VERSION": "9.0"}, {"tests": "pytest"}),
        ({"PYTEST_VERSION": ""}, {"tests": ""}),
        ({"PYTEST_CURRENT_TEST": "x"}, {"tests": ""}),
        ({"CI": "true"}, {"ci": True}),
        ({"CI": "false"}, {"ci": False}),
        ({"CI": ""}, {"ci": False}),
        ({"GITHUB_ACTIONS": "true"}, {"ci": False}),
        ({"TIERGUARD_PRODUCTION_MODE": "1"}, {"production_mode": True}),
        ({"RENDER": "true"}, {"production_mode": False}),
        ({"DATABASE_URL": "postgresql://db/x"}, {"database_url": True}),
        ({"DATABASE_URL": "  "}, {"database_url": False}),
        ({"CLAUDECODE": "1"}, {"agent": "claude-code"}),
        ({"CLAUDECODE": " "}, {"agent": ""}),
        ({"TERM_PROGRAM": "vscode"}, {"hint": "vscode"}),
    ],
)
def test_each_variable_is_evidence_of_itself_only(config, alone, environ, evidence):
    context = alone(config, environ)
    plain = alone(config, {})
    changed = {name: getattr(context, name) for name in Context.__dataclass_fields__}
    expected = {name: getattr(plain, name) for name in Context.__dataclass_fields__} | evidence
    assert changed == expected


def test_pytests_ancestors_do_not_make_pytest_but_its_plugin_does(config, alone, monkeypatch):
    monkeypatch.setattr(detect, "lineage", lambda: (Relative("python"), Relative("pytest")))
    assert not alone(config, {}).tests
    monkeypatch.setattr(detect, "_pytest_plugin_active", True)
    assert alone(config, {}).tests


def test_local_development_is_a_terminal_in_a_git_work_tree(config, alone, monkeypatch):
    (config.root / ".git").mkdir()
    assert alone(config, {}).local
    assert not alone(config, {"CI": "1"}).local
    assert not alone(config, {"TIERGUARD_PRODUCTION_MODE": "1"}).local
    monkeypatch.setattr(detect, "has_terminal", lambda: False)
    assert not alone(config, {}).local


def test_a_request_is_read_from_the_environment_and_the_argument(config):
    environ = {"APP_ENV": "STG", "USE_PROD_DATABASE": "yes"}
    request = detect.read_request(config, environ, "int", service=True)
    assert (request.argument, request.variable) == (Tier.INT, Tier.STG)
    assert (request.stg, request.prod, request.service, request.problem) == (False, True, True, "")


@pytest.mark.parametrize(("name", "word"), [("APP_ENV", "prodd"), ("USE_STG_DATABASE", "si")])
def test_a_wrong_request_names_its_variable(config, name, word):
    assert name in detect.read_request(config, {name: word}).problem


def test_a_pipe_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert not detect.has_terminal()
    monkeypatch.setattr(sys, "stdin", None)
    assert not detect.has_terminal()


class Tty(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_on_standard_input_without_dev_tty_is_none(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Tty())

    def refuse(*_):
        raise OSError("no such device or address")

    monkeypatch.setattr(os, "open", refuse)
    assert not detect.has_terminal()


@pytest.mark.parametrize(
    ("context", "kind"),
    [
        (Context(terminal=True), "human"),
        (Context(), "unknown"),
        (Context(agent="x", terminal=True, ci=True), "agent"),
        (Context(ci=True, terminal=True), "ci"),
        (Context(production_mode=True), "server"),
        (Context(production_mode=True, terminal=True), "human"),
    ],
)
def test_the_actor_is_what_the_evidence_says_and_no_more(context, kind):
    actor = detect.identify_actor(context)
    assert (actor.kind, actor.uid, actor.pid) == (kind, os.getuid(), os.getpid())
    assert actor.user
    assert "/" not in actor.argv0


def test_a_user_without_a_name_is_its_number(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 77)
    assert detect.identify_actor(Context()).user == f"uid-{2**31 - 77}"
