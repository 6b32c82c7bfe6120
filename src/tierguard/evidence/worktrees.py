"""Linked git worktrees: which one a folder lies in, which there are, and what their databases are called."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.evidence.files import find_work_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = 5  # of each hash


@dataclass(frozen=True, slots=True)
class Repository:
    """One clone. ``own`` is the linked worktree that we are in, by git's name for it; empty in the main one."""

    common: Path  # git's folder of the main worktree
    own: str = ""

    def name_database(self, name: str) -> str:
        """Return what INT's database ``name`` is called in this linked worktree."""
        return derived.derive(name, Kind.TREE, self.clone + _hash(self.own))

    @property
    def clone(self) -> str:
        """Return what tells this clone's worktrees from those of others, on any machine."""
        return _hash(f"{socket.gethostname()}:{self.common}")

    def find_vanished(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return those databases that were INT in worktrees of this clone which are gone.

        Args:
            names: of all databases of INT's server, INT's own first.
        """
        mine = derived.parse(names[0]) if names else None
        base = mine.base if mine and mine.kind is Kind.TREE else "".join(names[:1])
        there = {self.clone + _hash(tree) for tree in _list_trees(self.common)}
        found = [(name, derived.parse(name)) for name in names if derived.belongs(name, base, Kind.TREE)]
        return tuple(
            name for name, parts in found if parts and parts.id.startswith(self.clone) and parts.id not in there
        )


def find_repository(root: Path) -> Repository | None:
    """Return the clone that ``root`` lies in, or None where there is none."""
    top = find_work_tree(root)
    if top is None:
        return None
    git = top / ".git"
    if git.is_dir():
        return Repository(git.resolve())
    try:
        admin = (top / git.read_text().removeprefix("gitdir:").strip()).resolve()
        common = (admin / (admin / "commondir").read_text().strip()).resolve()
    except (OSError, UnicodeDecodeError):  # a submodule has no such file, and is no linked worktree
        return None
    return Repository(common, admin.name)


def _list_trees(common: Path) -> list[str]:
    """Return the linked worktrees whose folders are there, by git's names."""
    return [file.parent.name for file in sorted((common / "worktrees").glob("*/gitdir")) if _is_there(file)]


def _is_there(file: Path) -> bool:
    """Return whether the worktree that git remembers in ``file`` still has its folder."""
    try:
        return Path(file.read_text().strip()).exists()
    except (OSError, UnicodeDecodeError):
        return True  # it is not known to be gone


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
