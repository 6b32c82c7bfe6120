"""The error tree, and the one line that a person sees."""

import re
import sys

import pytest

from tierguard import errors
from tierguard.errors import TierguardError
from tierguard.model import Level, Tier
from tierguard.process.installation import render

TREE = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, TierguardError)]
DRAWN = dict(re.findall(r"(\w+(?:Error|Refused|Missing|Mismatch)) +(\d)", errors.__doc__))


def test_the_tree_that_is_drawn_is_the_tree_that_is():
    assert {kind.__name__: str(kind.exit_code) for kind in TREE} == DRAWN


@pytest.mark.parametrize("kind", TREE)
def test_every_error_has_a_name_a_code_and_a_message_of_its_own(kind):
    assert kind.__name__.endswith(("Refused", "Missing", "Mismatch")) or kind is TierguardError
    assert kind.exit_code in {2, 3, 4}
    assert str(kind()) == kind.__doc__.strip()
    assert kind("what", hint="do this", rule="x").hint == "do this"
    assert (kind("what").rule, kind("what", rule="finer").rule) == (kind.rule, "finer")
    assert kind.rule


def test_what_is_shown_is_one_line_without_a_secret():
    error = errors.ServerMissing(
        "no\nanswer from postgresql://u:Zq7secret@h/d", hint="look\nthere", rule="server-missing"
    )
    line = render(error)
    assert line == "tierguard (server-missing): no answer from postgresql://u:***@h/d look there"


def test_an_uncaught_error_is_its_line_and_its_code(monkeypatch, capsys):
    from tierguard.process import installation

    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: seen.append(args))
    monkeypatch.setattr(installation, "_hooked", False)
    installation.chain_excepthook()
    installation.chain_excepthook()
    refusal, other = errors.TierRefused("no", rule="R7"), KeyError("x")
    with pytest.raises(SystemExit) as caught:
        sys.excepthook(type(refusal), refusal, None)
    assert caught.value.code == 3
    assert capsys.readouterr().err == "tierguard (R7): no\n"
    sys.excepthook(KeyError, other, None)
    assert seen == [(KeyError, other, None)]


def test_tiers_are_ordered_by_what_there_is_to_lose():
    assert [tier.rank for tier in Tier] == [0, 1, 2]
    assert [tier.label for tier in Tier] == ["INT", "STG", "PROD"]
    assert Level("error") is Level.ERROR
