"""What ``doctor`` looks at: a check a file, and this list. A check returns findings and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.checks import ambient, audit_log, committed, dotenv, identity, shared_database, urls

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.checks.facts import Facts
    from tierguard.model import Finding

CHECKS: Final[tuple[Callable[[Facts], list[Finding]], ...]] = (
    ambient.check,
    urls.check,
    committed.check,
    dotenv.check,
    audit_log.check,
    identity.check,
    shared_database.check,
)


def run_checks(facts: Facts) -> list[Finding]:
    """Return the findings of every check, in the list's order."""
    return [finding for check in CHECKS for finding in check(facts)]
