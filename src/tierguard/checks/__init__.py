"""What ``doctor`` looks at: a check a file, and these lists. A check returns findings and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.checks import (
    ambient,
    audit_log,
    committed,
    dotenv,
    identity,
    migrations,
    pooler,
    reach,
    shared_database,
    strays,
    urls,
    worktrees,
)
from tierguard.checks.facts import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tierguard.checks.facts import Facts
    from tierguard.model import Finding

CHECKS: Final[tuple[Callable[[Facts], list[Finding]], ...]] = (
    reach.check,
    ambient.check,
    urls.check,
    committed.check,
    dotenv.check,
    audit_log.check,
    identity.check,
    shared_database.check,
    pooler.check,
    strays.check,
    worktrees.check,
)


# Beside those, what keeps a checkout from being deployed.
RELEASE: Final[tuple[Callable[[Facts], list[Finding]], ...]] = (migrations.check,)


def check_project(root: Path | None = None) -> list[Finding]:
    """Return what would make the project unsafe, in the list's order.

    Args:
        root: where to look for the configuration, if not in the working directory.

    Raises:
        SettingMissing: there is no configuration.
        AccessRefused: the process may use no tier at all.
    """
    return _run(CHECKS, root)


def check_release(root: Path | None = None) -> list[Finding]:
    """Return what would make the project unsafe, and what keeps this checkout from being deployed.

    Args and errors are those of :func:`check_project`.
    """
    return _run((*CHECKS, *RELEASE), root)


def _run(checks: tuple[Callable[[Facts], list[Finding]], ...], root: Path | None) -> list[Finding]:
    facts = gather(root)
    return [finding for check in checks for finding in check(facts)]
