"""Where the configuration is, and how its file is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.errors import SettingMismatch, SettingMissing

if TYPE_CHECKING:
    from collections.abc import Mapping


def find(start: Path | None = None, environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the configuration file: ``TIERGUARD_CONFIG``, else the nearest at or above ``start``.

    Raises:
        SettingMissing: ``TIERGUARD_CONFIG`` names a file that is not there.
    """
    named = (os.environ if environ is None else environ).get("TIERGUARD_CONFIG")
    if named:
        path = Path(named)
        if not _is_file(path):
            raise SettingMissing(f"TIERGUARD_CONFIG names {named}, which is not a file.")
        return path.resolve()
    folder = start.resolve() if start else working_directory()
    for candidate in (folder, *folder.parents):
        own = candidate / "tierguard.toml"
        if _is_file(own):
            return own
        if os.path.lexists(own):  # never past it to another project's: who put it there means it
            raise SettingMismatch("tierguard.toml is not a readable file.")
        shared = candidate / "pyproject.toml"
        if _is_file(shared) and b"[tool.tierguard" in read_bytes(shared):
            return shared
    return None


def find_work_tree(root: Path) -> Path | None:
    """Return the top of the git work tree that ``root`` lies in, or None."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def working_directory() -> Path:
    """Return the working directory.

    Raises:
        SettingMissing: it was deleted.
    """
    try:
        return Path.cwd().resolve()
    except OSError:
        raise SettingMissing(
            "The working directory no longer exists.", hint="Change to the project's folder."
        ) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be looked into, a name that is too long
        return False


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of the configuration.

    Raises:
        SettingMismatch: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingMismatch(f"{path.name} cannot be read: {error.strerror}.") from None
