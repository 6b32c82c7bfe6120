"""What the last commit says of a file, where git answers."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def has_commit(folder: Path) -> bool:
    """Return whether ``folder`` lies in a git work tree that has a commit; no git is no."""
    return _git(folder, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def read_committed(path: Path) -> bytes | None:
    """Return the content of ``path`` in the last commit, or None where there is none, or no git."""
    return _git(path.parent, "show", f"HEAD:./{path.name}")


def _git(folder: Path, *words: str) -> bytes | None:
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, check=False)  # noqa: S603 - fixed words
    return None if done.returncode else done.stdout
