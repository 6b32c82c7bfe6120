"""The error tree, and the one line that a person sees."""

import re
import sys
import threading

import pytest

from tierguard import errors
from tierguard.errors import TierguardError
from tierguard.model import Level, Tier
from tierguard.process import ending
from tierguard.process.ending import render

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


@pytest.fixture
def seen(monkeypatch):
    """What reaches the hooks that were there before ours."""
    seen = []
    monkeypatch.setattr(ending, "_memory", ending._Memory())
    monkeypatch.setattr(ending, "at_prompt", lambda: False)
    monkeypatch.setattr(sys, "excepthook", lambda *args: seen.append(args[1]))
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_value))
    ending.watch()
    ending.watch()
    return seen


def end_with(error):
    with pytest.raises(SystemExit) as caught:
        sys.excepthook(type(error), error, None)
    return caught.value.code


def test_an_uncaught_error_is_its_line_and_its_code(seen, capsys):
    assert end_with(errors.TierRefused("no", rule="R7")) == 3
    assert capsys.readouterr().err == "tierguard (R7): no\n"
    other = KeyError("x")
    sys.excepthook(KeyError, other, None)
    assert seen == [other]


def test_what_was_said_is_not_said_again(seen, capsys):
    refusal = errors.IdentityMismatch("no", rule="above-int")
    ending.tell(refusal)
    assert end_with(refusal) == 3
    assert (capsys.readouterr().err.count("tierguard (above-int): no"), seen) == (1, [])


def test_a_group_of_nothing_but_refusals_is_one(seen):
    refusal = errors.TierRefused("no")
    assert end_with(ExceptionGroup("tasks", [ExceptionGroup("more", [refusal])])) == 3
    mixed = ExceptionGroup("tasks", [refusal, KeyError("x")])
    sys.excepthook(type(mixed), mixed, None)
    assert seen == [mixed]


def test_a_process_that_fails_after_a_refusal_ends_with_it(seen, capsys):
    ending.remember(errors.TierRefused("no", rule="R7"))
    timeout = TimeoutError("the pool gave no connection")
    assert end_with(timeout) == 3
    assert (seen, capsys.readouterr().err) == ([timeout], "tierguard (R7): no\n")


def test_an_interrupt_stays_one_whatever_was_refused(seen):
    ending.remember(errors.TierRefused("no"))
    stop = KeyboardInterrupt()
    sys.excepthook(KeyboardInterrupt, stop, None)
    assert seen == [stop]


def test_a_hook_that_somebody_puts_there_later_is_kept(seen, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", lambda *args: seen.append(args[1]))
    refusal, other = errors.TierRefused("no"), KeyError("x")
    ending.remember(refusal)
    assert end_with(refusal) == 3
    end_with(other)
    assert seen == [other]


@pytest.mark.usefixtures("seen")
def test_a_notebook_shows_the_line_in_place_of_a_traceback():
    refusal = errors.TierRefused("no", rule="R7")
    assert refusal._render_traceback_() == ["tierguard (R7): no"]
    assert refusal._render_traceback_() == []


def test_tiers_are_ordered_by_what_there_is_to_lose():
    assert [tier.rank for tier in Tier] == [0, 1, 2]
    assert [tier.label for tier in Tier] == ["INT", "STG", "PROD"]
    assert Level("error") is Level.ERROR
