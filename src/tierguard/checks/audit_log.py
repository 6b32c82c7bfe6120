"""The audit log can be written, and its chain holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.evidence import git
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error where no record could be written, or where one was changed.

    Chains of other users that may not be read are theirs to check.
    """
    path = facts.config.audit_log
    if path is None:
        return []  # standard error is no file to look at
    if not _can_be_written(path):
        message = f"{path.name} cannot be written."
        hint = "Until it can be, people are refused on STG and PROD."
        return [Finding("audit-unwritable", Level.ERROR, message, hint, path.name)]
    findings = []
    if git.is_exposed(path):
        name = os.path.relpath(path, facts.config.root)
        hint = f"Add {name} to .gitignore{f', then: git rm --cached {name}' if git.is_tracked(path) else ''}."
        message = f"{name} is not ignored by git: it names people, machines and databases."
        findings.append(Finding("audit-unignored", Level.WARNING, message, hint, name))
    if not path.exists():
        return findings
    from tierguard.audit import verify
    from tierguard.audit.files import list_readable

    hidden = list_readable(path)[1]
    chains = [chain for chain in verify([path]) if Path(chain.path) not in hidden]
    return [*findings, *(fault.as_finding() for chain in chains for fault in chain.faults)]


def _can_be_written(path: Path) -> bool:
    """Return whether this user could append to its log, as far as names and permissions tell; nothing is created."""
    from tierguard.audit.files import choose_own

    try:
        own = choose_own(path)  # a file in the place of a folder shows here
        if own.exists() or own.is_symlink():
            return own.is_file() and not own.is_symlink() and os.access(own, os.W_OK)
        folder = next(parent for parent in own.parents if parent.exists())
        return os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False
