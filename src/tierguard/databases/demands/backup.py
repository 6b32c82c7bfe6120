"""A backup first. Until tierguard makes them, the configuration attests that the provider does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.errors import PolicyRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.databases.demands.case import Case


def check(case: Case) -> None:
    """Refuse where nothing attests that there is a backup."""
    if not _attested(case):
        raise PolicyRefused(
            f"{case.goal.name}: {case.decision.reason}, and nothing attests that there is a backup.",
            hint='Where the provider takes backups, commit prod.backup = "provider" to the configuration.',
            rule="prod-backup",
        )


def fulfil(case: Case) -> Mapping[str, Any]:
    """Return on whose word there is a backup."""
    return {"backup": _attested(case)}


def _attested(case: Case) -> str:
    return case.process.config.database(case.goal.database).sources[case.goal.tier].backup
