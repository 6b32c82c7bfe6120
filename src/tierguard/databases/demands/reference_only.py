"""Reference data only: PROD's people are not seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.errors import PolicyRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.demands.case import Case


def check(case: Case) -> None:
    """Refuse where the caller does not promise to leave everything else out."""
    if not case.reference_only:
        raise PolicyRefused(
            f"{case.goal.name}: {case.decision.reason}, and the caller did not say that it writes nothing else.",
            hint="Seed reference data only, and declare it: authorize(Operation.SEED, reference_only=True).",
            rule="reference-only",
        )


def fulfil(case: Case) -> Mapping[str, Any]:
    """Return what was promised."""
    return {"reference_only": case.reference_only}
