"""What git says of a work tree. No git, or none that answers, says nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OF_A_HOOK: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
)  # the folder says which repository is meant


def ask(folder: Path, *words: str) -> bytes | None:
    """Return what ``git WORDS`` prints in ``folder``, or None where it fails or is not there."""
    program = shutil.which("git")
    if program is None:
        return None
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | {"LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603 - fixed words
        [program, *words], cwd=folder, capture_output=True, check=False, env=environment
    )
    return None if done.returncode else done.stdout


def has_commit(folder: Path) -> bool:
    """Return whether ``folder`` lies in a work tree that has a commit."""
    return ask(folder, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def is_tracked(path: Path) -> bool:
    """Return whether git tracks this file."""
    return ask(_nearest(path), "ls-files", "--error-unmatch", str(path)) is not None


def is_exposed(path: Path) -> bool:
    """Return whether this file lies in a work tree whose git does not ignore it."""
    folder = _nearest(path)
    return ask(folder, "rev-parse") is not None and ask(folder, "check-ignore", str(path)) is None


def _nearest(path: Path) -> Path:
    """Return the folder that the file is in, or will be in a folder of: the nearest that is there."""
    return next(folder for folder in path.parents if folder.is_dir())


def read_committed(path: Path) -> bytes | None:
    """Return the content of ``path`` in the last commit, or None where there is none."""
    return ask(path.parent, "show", f"HEAD:./{path.name}")


@lru_cache(maxsize=4)
def read_state(root: Path) -> Mapping[str, object]:
    """Return the work tree's revision and whether tracked files were changed; empty where git does not answer.

    Read once for a process: an operation is recorded with the code that it began with.
    """
    revision, changes = ask(root, "rev-parse", "HEAD"), ask(root, "status", "--porcelain", "--untracked-files=no")
    if revision is None or changes is None:
        return {}
    return {"revision": revision.decode().strip(), "dirty": bool(changes.strip())}
