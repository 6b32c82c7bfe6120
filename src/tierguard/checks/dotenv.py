"""``.env`` holds URLs and secrets: it belongs to one user, not to git, and nothing in it says PROD."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tierguard.evidence import dotenv, git, hearsay
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error where git tracks ``.env``, and warnings where others could read or commit it, or it says PROD."""
    findings = _check_flags(facts) if facts.process.context.git_tree else []
    path = dotenv.find(facts.config.root)
    if not path.is_file():
        return findings
    name = os.path.relpath(path, facts.config.root)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and "://" in path.read_text(errors="replace"):
        hint = f"chmod 600 {name}"
        findings.append(Finding("dotenv-readable", Level.INFO, f"{name} can be read by other users.", hint, name))
    if git.is_tracked(path):
        hint = f"git rm --cached {name}, and change the secrets that were in it."
        findings.append(Finding("dotenv-tracked", Level.ERROR, f"{name} is tracked by git.", hint, name))
    elif git.is_exposed(path):
        hint = "Add .env to .gitignore."
        findings.append(Finding("dotenv-unignored", Level.WARNING, f"{name} is not ignored by git.", hint, name))
    return findings


def _check_flags(facts: Facts) -> list[Finding]:
    return [
        Finding(
            "dotenv-prod",
            Level.WARNING,
            f"{name} in {file} asks for PROD; in a git work tree that never counts without a question.",
            "Take it out. A server has it in its unit file or its container's environment.",
            file,
        )
        for file, values in hearsay.read_files(facts.config.root).items()
        for name in sorted(hearsay.asking(facts.config, values))
    ]
