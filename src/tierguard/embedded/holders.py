"""Who still needs the servers: every process that asked for one holds a shared lock until it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.embedded import supervisor

if TYPE_CHECKING:
    from tierguard.embedded.home import Home

_held: dict[Path, int] = {}


def hold(home: Home) -> None:
    """Hold the project's servers up until this process, and every child that inherits the lock, is gone."""
    path = home.folder / "holders.lock"
    descriptor = _held.get(home.root)
    if descriptor is not None and not is_file(descriptor, path):
        _held.pop(home.root)
        descriptor = None
    if descriptor is None:
        descriptor = home.open_lock(path.name)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the function takes no keyword
        _held[home.root] = descriptor
    os.utime(descriptor)


def is_file(descriptor: int, path: Path) -> bool:
    """Tell whether an open descriptor is still the file of this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def watch(home: Home, grace: float) -> None:
    """Start the project's supervisor if it has none, with the start lock held.

    It comes before the servers, so that no server is ever without one if this process is killed in between.
    """
    if supervisor.held(home.folder / "supervisor.lock"):
        return
    from tierguard.embedded.place import run_detached, script

    run_detached([*script(Path(supervisor.__file__)), str(home.folder), str(grace)])
    for name in ("supervisor.lock", "holders.lock"):
        home.own(home.folder / name)
