"""A plan that a person reads before typing the name: what would be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.errors import PolicyRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.demands.case import Case


def check(case: Case) -> None:
    """Refuse where there is no plan."""
    if not case.plan.strip():
        raise PolicyRefused(
            f"{case.goal.name}: {case.decision.reason}, and no plan says what.",
            hint="Pass authorize() the plan: what would be lost, for a person to read before typing the name.",
            rule="plan-required",
        )


def fulfil(case: Case) -> Mapping[str, Any]:
    """Return the plan: the log keeps what was shown."""
    return {"plan": case.plan}
