"""The rule table against the design's own words, over every combination of evidence."""

from functools import partial
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from tierguard import startup
from tierguard.deciding.selection import RULES, choose
from tierguard.errors import SettingMismatch
from tierguard.evidence import detect
from tierguard.evidence.config import parse
from tierguard.evidence.detect import read_request
from tierguard.evidence.lineage import Relative
from tierguard.model import Authority, Choice, Context, Hearsay, Outcome, Request, Tier
from tierguard.process import explanation

CONFIG = {
    "project": "shop",
    "request": "APP_ENV",
    "production_mode": "SHOP_PRODUCTION_MODE",
    "flags": {"stg": "USE_STG_DATABASE", "prod": "USE_PROD_DATABASE"},
    "aliases": {"staging": "stg", "live": "prod"},
}
YES = ("true", "1", "yes", "on", "TRUE", "On", " yes ")
NO = (None, "", "false", "0", "no", "off", "False", "  ")
WRONG = ("ture", "2", "maybe", "-")
NAMES = {None: None, "": None, "int": "int", "stg": "stg", "prod": "prod", "STG": "stg", "staging": "stg"} | {
    "live": "prod",
    "dev": "wrong",
}


def expect(case):
    """Say what the design's table says, row by row, of evidence in plain words."""
    flags_wrong = "wrong" in {case.stg, case.prod, case.variable, case.ci, case.mode, case.argument}
    if flags_wrong:
        return "error", None, "setting-mismatch"
    asked, asking = request_of(case)
    if case.tests:
        refused = case.argument in {"stg", "prod"}
        return ("refuse" if refused else "allow"), "int", "R1"
    if case.stg == "yes" and case.prod in {"yes", FILE}:
        return "error", None, "R2"
    if asked == "prod" and case.mode in {"yes", FILE} and not case.agent:
        if case.terminal and case.git_tree:
            return "confirm", "prod", "R3"
        # In a git work tree what stands in a file never counts unasked: the mode, or what asks.
        if not (case.git_tree and FILE in {case.mode, asking}):
            return "allow", "prod", "R3"
    if case.ci == "yes" and not case.argument:
        return "allow", "int", "R4" if case.database_url else "R5"
    if asked == "prod":
        return expect_refusal_or_question(case)
    if asked:
        return "allow", asked, "R8"
    return "allow", ("stg" if case.service else "int"), "R9"


def request_of(case):
    """Return the tier asked for, and what asks: an argument beats the request variable, which beats the flags."""
    flag = "prod" if case.prod in {"yes", FILE} else "stg" if case.stg == "yes" else None
    variable = "prod" if case.variable == FILE else case.variable
    return case.argument or variable or flag, case.argument or case.variable or case.prod


def expect_refusal_or_question(case):
    # A service reaches PROD by R3 alone; it ignores an exported flag, but not its own argument.
    if case.service and case.mode == "no" and case.argument != "prod":
        return "allow", "stg", "R9"
    if case.terminal and case.ci == "no" and not case.agent and not case.service:
        return "confirm", "prod", "R6"
    return "refuse", "prod", "R7"


def outcome_of(choice):
    return choice.outcome.value, choice.tier.value if choice.tier else None, choice.rule


def spell(environ, name, word):
    if word is not None:
        environ[name] = word


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return parse(CONFIG, tmp_path_factory.mktemp("shop") / "tierguard.toml")


def meaning(word):
    return "yes" if word in YES else "no" if word in NO else "wrong"


FILE = "in a file"  # it asks for PROD in the environment, and stands in a file of the project as well
EVIDENCE = {
    "tests": ("", "manage.py test"),
    "ci": ("no", "yes"),
    "mode": ("no", "yes", FILE),
    "stg": ("no", "yes"),
    "prod": ("no", "yes", FILE),
    "variable": (None, "int", "stg", "prod", FILE),
    "argument": (None, "int", "stg", "prod"),
    "terminal": (False, True),
    "git_tree": (False, True),
    "agent": (False, True),
    "service": (False, True),
    "database_url": (False, True),
}


def cases():
    for values in product(*EVIDENCE.values()):
        yield SimpleNamespace(**dict(zip(EVIDENCE, values, strict=True)))


def decide(case):
    context = Context(
        tests=case.tests,
        ci=case.ci == "yes",
        production_mode=case.mode != "no",
        agent="someone" if case.agent else "",
        terminal=case.terminal,
        git_tree=case.git_tree,
        database_url=case.database_url,
        local=case.terminal and case.git_tree,
        hearsay=Hearsay(
            production_mode="MODE in .env" if case.mode == FILE else "",
            flag="FLAG in .env" if case.prod == FILE else "",
            request="REQUEST in .env" if case.variable == FILE else "",
        ),
    )
    request = Request(
        argument=Tier(case.argument) if case.argument else None,
        variable=Tier.PROD if case.variable == FILE else Tier(case.variable) if case.variable else None,
        stg=case.stg == "yes",
        prod=case.prod != "no",
        service=case.service,
    )
    return choose(context, request)


def test_every_combination_of_evidence_ends_as_the_design_says():
    count = 0
    for case in cases():
        count += 1
        choice = decide(case)
        assert isinstance(choice, Choice)
        assert outcome_of(choice) == expect(case), case
        assert choice.reason
        assert [step.matched for step in choice.trace] == [False] * (len(choice.trace) - 1) + [True]
        assert [step.rule for step in choice.trace] == [rule.id for rule in RULES][: len(choice.trace)]
        check_invariants(case, choice)
    assert count == 2**8 * 3**2 * 4 * 5


def check_invariants(case, choice):
    if choice.tier is Tier.PROD and choice.outcome is Outcome.ALLOW:
        assert (choice.authority, case.agent, case.tests) == (Authority.SERVER, False, ""), case
        assert case.mode == "yes" or (case.mode == FILE and not case.git_tree), case
    if choice.outcome is Outcome.CONFIRM:
        assert (choice.tier, choice.authority) == (Tier.PROD, Authority.PERSON), case
        assert case.terminal, case
        assert not case.agent, case
        assert not case.tests, case
    if choice.tier is not Tier.PROD and choice.outcome is Outcome.ALLOW:
        assert choice.authority is Authority.PROCESS, case
    if case.argument and choice.outcome in {Outcome.ALLOW, Outcome.CONFIRM}:
        assert choice.tier == case.argument, case
    if case.stg == "yes" and case.prod != "no" and not case.tests:
        assert choice.outcome is Outcome.ERROR, case
    if case.tests and choice.outcome is Outcome.ALLOW:
        assert choice.tier is Tier.INT, case


def test_an_ignored_request_is_said_loudly():
    for case in cases():
        choice = decide(case)
        if choice.outcome is not Outcome.ALLOW or case.argument:
            continue
        flag = "prod" if case.prod != "no" else "stg" if case.stg == "yes" else None
        asked = "prod" if case.variable == FILE else case.variable or flag
        ignored = asked in {"stg", "prod"} and asked != choice.tier
        assert bool(choice.notices) == ignored, case
        if ignored:
            assert asked.upper() in choice.notices[0]


def test_what_stands_in_a_file_changes_nothing_but_what_would_be_granted_unasked():
    for case in cases():
        if FILE not in vars(case).values():
            continue
        outside = {name: {"variable": "prod"}.get(name, "yes") for name, value in vars(case).items() if value == FILE}
        here, there = decide(case), decide(SimpleNamespace(**vars(case) | outside))
        if outcome_of(here) == outcome_of(there):
            continue
        assert outcome_of(there) == ("allow", "prod", "R3"), case
        assert case.git_tree, case
        assert here.rule in {"R4", "R5", "R7"}, case
        assert "in .env" in (here.reason if here.rule == "R7" else here.trace[2].because), case


def test_an_argument_is_never_moved_by_a_flag_or_the_request_variable():
    for case in cases():
        if not case.argument or (case.stg == "yes" and case.prod != "no"):
            continue
        plain = SimpleNamespace(**vars(case) | {"stg": "no", "prod": "no", "variable": None})
        assert outcome_of(decide(case)) == outcome_of(decide(plain)), case


def test_every_spelling_reaches_the_table_as_its_meaning(config, monkeypatch):
    monkeypatch.setattr(detect, "_pytest_plugin_active", False)
    monkeypatch.setattr(detect, "find_tests", lambda *_: "")
    monkeypatch.setattr(detect, "lineage", tuple)
    monkeypatch.setattr(detect, "has_terminal", lambda: False)
    monkeypatch.setattr(startup, "environment", lambda: None)
    words = (*YES, *NO, *WRONG)
    combinations = [
        *product(words, words, ("false",), (None,), (None, "int", "stg", "prod"), (None, "stg", "prod")),
        *product(("yes", None), ("1", None), words, words, (None, "prod"), (None, "prod")),
        *product((None,), (None, "true"), (None, "on"), (None, "1"), NAMES, NAMES),
    ]
    for stg, prod, ci, mode, variable, argument in combinations:
        environ = {}
        for name, word in zip(
            ("USE_STG_DATABASE", "USE_PROD_DATABASE", "CI", "SHOP_PRODUCTION_MODE", "APP_ENV"),
            (stg, prod, ci, mode, variable),
            strict=True,
        ):
            spell(environ, name, word)
        case = SimpleNamespace(
            tests="",
            ci=meaning(ci),
            mode=meaning(mode),
            stg=meaning(stg),
            prod=meaning(prod),
            variable=NAMES[variable],
            argument=NAMES[argument],
            terminal=False,
            git_tree=False,
            agent=False,
            service=False,
            database_url=False,
        )
        assert outcome_of(ask(config, environ, argument)) == expect(case), environ | {"argument": argument}


def ask(config, environ, argument=None, **service):
    """Do what :func:`tierguard.process.explanation.explain` does, without reading a file each time."""
    try:
        return choose(detect.detect(config, environ), read_request(config, environ, argument, **service))
    except SettingMismatch as mismatch:
        return Choice(Outcome.ERROR, None, mismatch.rule, str(mismatch))


@pytest.mark.parametrize("name", ["USE_STG_DATABASE", "USE_PROD_DATABASE", "CI", "SHOP_PRODUCTION_MODE", "APP_ENV"])
def test_a_misspelt_value_names_its_variable(config, monkeypatch, name):
    monkeypatch.setattr(detect, "_pytest_plugin_active", False)
    monkeypatch.setattr(detect, "find_tests", lambda *_: "")
    choice = ask(config, {name: "ture"})
    assert choice.outcome is Outcome.ERROR
    assert name in choice.reason


def test_a_local_looking_process_gets_one_hint_and_a_service_none():
    local = Context(terminal=True, git_tree=True, local=True)
    assert "keeps its data" in choose(local, Request()).hint
    assert not choose(local, Request(service=True)).hint
    assert not choose(Context(), Request()).hint


def test_every_refusal_says_what_to_do_instead():
    for case in cases():
        choice = decide(case)
        if choice.outcome in {Outcome.REFUSE, Outcome.ERROR}:
            assert choice.hint, case


def test_the_refusal_of_prod_is_the_guides_sentence():
    choice = choose(Context(), Request(prod=True))
    assert choice.reason.startswith("Production database access requested in non-interactive mode")


def test_another_environment_is_explained_without_what_this_process_is(monkeypatch):
    monkeypatch.setattr(detect, "lineage", lambda: (Relative("claude"),))
    explain = partial(explanation.explain, root=Path(__file__).parents[2])
    server = {"USE_PROD_DATABASE": "1", "INSTAINSTRU_PRODUCTION_MODE": "1"}
    assert outcome_of(explain(environ=server, terminal=False)) == ("allow", "prod", "R3")
    assert outcome_of(explain(environ=server, terminal=True, git_tree=True)) == ("confirm", "prod", "R3")
    assert outcome_of(explain(environ=server | {"PYTEST_VERSION": "9"})) == ("allow", "int", "R1")
    monkeypatch.setattr(detect, "find_tests", lambda *_: "manage.py test")
    assert outcome_of(explain(environ=server, terminal=False)) == ("allow", "prod", "R3")
    assert explain().rule == "R1"
