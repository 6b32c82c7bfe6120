"""Which project a process belongs to, where nobody says: by its working directory, its script and its environment."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tierguard.errors import SettingMissing
from tierguard.evidence.config import Config, load
from tierguard.evidence.files import find, working_directory


@dataclass(frozen=True, slots=True)
class Found:
    """The configuration that counts, if any, and the script's where that one belongs to quite another project."""

    path: Path | None
    rival: Path | None = None


def discover() -> Found:
    """Return the project's configuration: ``TIERGUARD_CONFIG``, the nearest to the script, else the environment's.

    Raises:
        SettingMissing: ``TIERGUARD_CONFIG`` names a file that is not there.
        SettingMismatch: a file that may be the configuration cannot be read, or two are there and one is broken.
    """
    found = _discover_nearby()
    return found if found.path else Found(find(Path(sys.prefix)))


def _discover_nearby() -> Found:
    if os.environ.get("TIERGUARD_CONFIG"):
        return Found(find())
    found = settle(_look_from(_start()), _look_from(_script_folder()))
    if found.path is None:
        return found
    if found.rival and load(found.rival.parent).project == load(found.path.parent).project:
        return Found(found.rival)  # two copies of one project
    return found


def find_root() -> Path | None:
    """Return the folder of the configuration that counts; the working directory's where two projects claim it."""
    path = discover().path
    return path.parent if path else None


def load_project(root: Path | None = None) -> Config:
    """Return the configuration for a program that asks: that of ``root``, else of its script or working directory.

    The environment's folder is no place to look: who types a command in another folder does not mean that project.

    Raises:
        SettingMissing: there is none.
        SettingMismatch: a key of it is unknown or has a value of the wrong type.
    """
    path = None if root else _discover_nearby().path
    return load(path.parent if path else root)


def settle(here: Path | None, script: Path | None) -> Found:
    """Decide between the configuration above the working directory and the one above the script."""
    if here is None or script is None or here == script:
        return Found(script or here)
    if here.parent in script.parents or script.parent in here.parents:
        return Found(script)  # one project inside another
    return Found(here, rival=script)


def _look_from(folder: Path | None) -> Path | None:
    return find(folder) if folder else None


def _start() -> Path | None:
    try:
        return working_directory()
    except SettingMissing:  # it was deleted
        return None


def _script_folder() -> Path | None:
    """Return the folder of the program's own file. One that the environment brings says nothing about a project."""
    ours = Path(__file__).parents[1]  # python -m tierguard, where tierguard is installed from a checkout
    brought = [Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix, ours)]
    for name in (getattr(sys.modules.get("__main__"), "__file__", None), *sys.argv[:1]):
        if name and os.path.exists(name):  # noqa: PTH110 - argv may begin with "-c", or with what cannot be looked at
            path = Path(name).resolve()
            if not any(path.is_relative_to(prefix) for prefix in brought):
                return path.parent
    return None
