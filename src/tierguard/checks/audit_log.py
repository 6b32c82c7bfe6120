"""The audit log can be written, and its chain holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error where no record could be written, or where one was changed."""
    path = facts.config.audit_log
    if path is None:
        return []  # standard error is no file to look at
    folder = next(parent for parent in path.parents if parent.exists())
    if not os.access(path if path.exists() else folder, os.W_OK):
        message = f"{path.name} cannot be written."
        hint = "Persons are refused on STG and PROD until it can be."
        return [Finding("audit-unwritable", Level.ERROR, message, hint, str(path.name))]
    if not path.exists():
        return []
    from tierguard.audit import verify

    return [fault.as_finding() for chain in verify([path]) for fault in chain.faults]
