"""A copy of INT for each process that runs tests, to which INT's variables lead before anything asks for them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.errors import AccessRefused, SettingMismatch, TierguardError

if TYPE_CHECKING:
    import argparse

    import pytest

    from tierguard.databases.replacing.copies import Copies
    from tierguard.model import Target

OPTION: Final = "tierguard_databases"
SHARED: Final = "shared"
OWN: Final = "worker"
NO_COPIES: Final = "no-copies"  # the rule of what stands in the way for good
_WORKER: Final = "PYTEST_XDIST_WORKER"
_RUN_NOTHING: Final = (
    "collectonly",
    "help",
    "version",
    "showfixtures",
    "show_fixtures_per_test",
    "markers",
    "cacheshow",
)


@dataclass
class Place:
    """Where this process's tests work.

    Attributes:
        copies: what copies of INT are made with.
        own: this process's copy, if it has one.
        problem: why it has none, although it was asked for.
    """

    copies: Copies
    own: Target | None = None
    problem: TierguardError | None = None


_place: Place | None = None


def is_asked_for(config: pytest.Config) -> bool:
    """Return whether each process that runs tests is to have its own copy.

    Raises:
        SettingMismatch: the option holds another word.
    """
    word = config.getini(OPTION)
    if word not in {SHARED, OWN}:
        raise SettingMismatch(f'{OPTION} may only be "{SHARED}" or "{OWN}", in pytest\'s configuration.')
    return bool(word == OWN)


def runs_tests(options: argparse.Namespace) -> bool:
    """Return whether this process runs tests itself: not if it only shows something, or hands them to workers."""
    if _WORKER in os.environ:
        return True
    if any(getattr(options, name, None) for name in _RUN_NOTHING):
        return False
    number = getattr(options, "numprocesses", None)
    alone = isinstance(number, str) and getattr(options, "usepdb", False)  # "auto" is none then
    return alone or not (number or getattr(options, "tx", None))


def place() -> Place:
    """Return where this process's tests work; INT itself is looked up only once."""
    global _place
    if _place is None:
        from tierguard.databases.replacing.copies import Copies
        from tierguard.process.chosen import resolve

        _place = Place(Copies(resolve()))
    return _place


def number() -> int:
    """Return this worker's number; 0 where there are no workers."""
    return int("".join(filter(str.isdigit, os.environ.get(_WORKER, ""))) or 0)


def move_in() -> None:
    """Copy INT for this process, and let INT's variables lead to the copy.

    What is wrong with INT itself is left to whoever connects to it; other problems are kept.
    """
    from tierguard.process.chosen import current_process

    try:
        here = place()
    except TierguardError:
        return
    if here.copies.is_copy:
        return  # of the test run that started this one
    try:
        here.own = here.copies.make(number())
        current_process().redirect(here.own)
    except AccessRefused:
        return
    except TierguardError as error:
        move_out()
        here.problem = error


def find_problem(options: argparse.Namespace) -> TierguardError | None:
    """Return why a process that runs tests has no copy, or why none that this one hands tests to will have one."""
    if runs_tests(options):
        return _place.problem if _place else None
    obstacle = place().copies.find_obstacle()
    return TierguardError(obstacle, rule=NO_COPIES) if obstacle else None


def find_failure() -> TierguardError | None:
    """Return why this process has no copy, unless none can be made for good."""
    problem = _place.problem if _place else None
    return problem if problem and problem.rule != NO_COPIES else None


def move_out() -> None:
    """Drop this process's copy."""
    if _place is None:
        return
    try:
        if _place.own is not None:
            _place.copies.drop(_place.own)
            _place.own = None
    except TierguardError:
        return  # the next run drops it
    finally:
        _place.copies.close()
