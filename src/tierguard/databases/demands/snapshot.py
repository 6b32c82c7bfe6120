"""What is there is kept before it is wiped, unless the wipe itself keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.siblings.keeping import keep
from tierguard.errors import AccessRefused, PolicyRefused, ServerMissing, TierguardError
from tierguard.model import Tier
from tierguard.process import terminal
from tierguard.process.advice import advise, this_command
from tierguard.process.consent import Question, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.demands.case import Case

NOTHING_KEPT: Final = "none: "  # and why, where a name would be


def check(case: Case) -> None:
    """Let everything go on: whether there is room and a right to keep it, only the server knows."""


def fulfil(case: Case) -> Mapping[str, Any]:
    """Keep what is there and return under which name; a person decides about a STG that cannot be kept.

    Raises:
        PolicyRefused: it cannot be kept, and a coding agent would wipe it.
        ConsentRefused: it cannot be kept, and no person said that STG may be wiped all the same.
        ServerMissing: the server cannot be reached any more.
    """
    if case.kept_as:
        return {"snapshot": case.kept_as}
    try:
        return {
            "snapshot": keep(case.goal, this_command(case.process, case.goal.tier)) or f"{NOTHING_KEPT}it held nothing"
        }
    except (ServerMissing, AccessRefused):
        raise
    except TierguardError as error:
        return {"snapshot": f"{NOTHING_KEPT}{error.message}", **_go_on_without(case, error.message)}


def _go_on_without(case: Case, why: str) -> Mapping[str, Any]:
    goal = case.goal
    if case.process.context.agent:
        raise PolicyRefused(
            f"{goal.name}: {why}, and a coding agent may not reset what cannot be kept.",
            hint=advise(case.process.config, case.process.context),
            ask=this_command(case.process, goal.tier),
            rule="snapshot-missing",
        )
    if goal.tier is Tier.INT:
        terminal.warn(f"{goal.name} is reset without a snapshot: {why}")
        return {}
    question = Question(
        goal.tier,
        (f"No snapshot of {goal.name} can be made: {why}.", "Its data would be lost for good."),
        expected=goal.name,
        refusal=f"{goal.name}: it cannot be kept, so nothing was run",
        command=this_command(case.process, goal.tier),
        rule="snapshot-missing",
        record=case.intent,
    )
    return {"consent": ask(case.process, question)}
