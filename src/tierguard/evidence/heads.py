"""The project's migration heads, read from its files: importing Alembic would cost more than all of ``status``."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path


def find_heads(root: Path) -> tuple[str, ...]:
    """Return the revisions that no other revision builds on, sorted; empty where there is no Alembic folder."""
    folder = _versions(root)
    revisions: set[str] = set()
    parents: set[str] = set()
    for path in sorted(folder.glob("*.py")) if folder else ():
        known = _assignments(path)
        if isinstance(known.get("revision"), str):
            revisions.add(str(known["revision"]))
            below = known.get("down_revision") or ()
            parents.update([below] if isinstance(below, str) else map(str, below if isinstance(below, tuple) else ()))
    return tuple(sorted(revisions - parents))


def _versions(root: Path) -> Path | None:
    """Return Alembic's versions folder, as ``alembic.ini`` places it."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(root / "alembic.ini", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return None
    location = parser.get("alembic", "script_location", fallback="migrations").replace("%(here)s", str(root))
    folder = root / Path(location) / "versions"
    return folder if folder.is_dir() else None


def _assignments(path: Path) -> dict[str, object]:
    """Return the constants that a revision file assigns at its top level."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, OSError):
        return {}
    found: dict[str, object] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    return found
