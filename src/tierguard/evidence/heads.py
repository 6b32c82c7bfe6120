"""The project's migration heads, read from its files: importing Alembic would cost more than all of ``status``."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path


def find_heads(root: Path) -> tuple[str, ...]:
    """Return the revisions that no other revision builds on, sorted; empty where there is no Alembic folder."""
    parents = read_revisions(root)
    return tuple(sorted(parents.keys() - {below for each in parents.values() for below in each}))


def read_revisions(root: Path) -> dict[str, tuple[str, ...]]:
    """Return every revision of the project, and those that it builds on."""
    folder = _versions(root)
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.py")) if folder else ():
        known = _assignments(path)
        if isinstance(known.get("revision"), str):
            below = known.get("down_revision") or ()
            found[str(known["revision"])] = (below,) if isinstance(below, str) else _words(below)
    return found


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


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
