"""The target's name, typed by a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.process.advice import this_command
from tierguard.process.consent import Question, ask, require_person
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.demands.case import Case


def check(case: Case) -> None:
    """Refuse where nobody is there to type it."""
    require_person(case.process, _question(case))


def fulfil(case: Case) -> Mapping[str, Any]:
    """Ask, and return how a person agreed."""
    return {"consent": ask(case.process, _question(case))}


def _question(case: Case) -> Question:
    goal, reason = case.goal, case.decision.reason
    return Question(
        goal.tier,
        (
            f"{reason}.",
            f"Target: {conninfo.parse(goal.sealed).endpoint}",
            *(f"  {line}" for line in case.plan.splitlines()),
        ),
        expected=goal.name,
        refusal=f"{goal.name}: {reason}, so nothing was run",
        command=this_command(case.process, goal.tier),
        rule="typed-name",
        record=case.intent,
        wordy=True,
    )
