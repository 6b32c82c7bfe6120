"""``.env`` holds URLs and secrets: it belongs to one user, not to git, and nothing in it says PROD."""

from __future__ import annotations

import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

from tierguard.evidence import hearsay
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from pathlib import Path

    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return an error where git tracks ``.env``, and warnings where others could read or commit it, or it says PROD."""
    findings = _check_flags(facts) if facts.process.context.git_tree else []
    path = facts.config.root / ".env"
    if not path.is_file():
        return findings
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and "://" in path.read_text(errors="replace"):
        hint = "chmod 600 .env"
        findings.append(Finding("dotenv-readable", Level.INFO, ".env can be read by other users.", hint, ".env"))
    if _git(path, "ls-files", "--error-unmatch"):
        hint = "git rm --cached .env, and change the secrets that were in it."
        findings.append(Finding("dotenv-tracked", Level.ERROR, ".env is tracked by git.", hint, ".env"))
    elif _git(path, "rev-parse") and not _git(path, "check-ignore"):
        hint = "Add .env to .gitignore."
        findings.append(Finding("dotenv-unignored", Level.WARNING, ".env is not ignored by git.", hint, ".env"))
    return findings


def _check_flags(facts: Facts) -> list[Finding]:
    return [
        Finding(
            "dotenv-prod",
            Level.WARNING,
            f"{name} in {file} asks for PROD; in a git work tree it does not count from there unasked.",
            "Take it out. A server has it in its unit file or its container's environment.",
            file,
        )
        for file, values in hearsay.read_files(facts.config.root).items()
        for name in sorted(hearsay.asking(facts.config, values))
    ]


def _git(path: Path, *arguments: str) -> bool:
    """Return whether git answers yes for ``path``; no git is no."""
    program = shutil.which("git")
    if program is None:
        return False
    names = [] if arguments == ("rev-parse",) else [path.name]
    asked = subprocess.run([program, *arguments, *names], cwd=path.parent, capture_output=True, check=False)  # noqa: S603 - fixed words
    return asked.returncode == 0
