"""A child's password file: only this user can read it, and it ends with this process, however that ends."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.evidence.config import Config
    from tierguard.model import Target

_PREFIX: Final = "pgpass-"
# It reads until we are gone, be it by SIGKILL, and then removes the file. It knows the file's name and nothing else.
_WATCHER: Final = 'while read -r _; do :; done; rm -f -- "$1"'


@contextmanager
def passfile(config: Config, target: Target) -> Iterator[str]:
    """Write the password where libpq reads it, for as long as the child runs; yield its path, empty without one."""
    from tierguard.deciding.child_environment import passfile_line

    line = Sealed(passfile_line(target.sealed))
    if not line:
        yield ""
        return
    descriptor, path = _create(_folder(config.root))
    with os.fdopen(descriptor, "w", encoding="utf-8") as file, _watched(path):
        file.write(line.open())
        file.flush()
        yield path


@contextmanager
def _watched(path: str) -> Iterator[None]:
    try:
        watcher = subprocess.Popen(  # noqa: S603 - fixed words and a name of ours
            ["/bin/sh", "-c", _WATCHER, "sh", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            start_new_session=True,  # what a terminal sends to all of us must not reach it
        )
    except OSError:  # no shell, as in a minimal container
        watcher = None
    try:
        yield
    finally:
        Path(path).unlink(missing_ok=True)
        if watcher is not None:
            watcher.communicate()


def _folder(root: Path) -> Path:
    folder = root / ".tierguard" / "run"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (root / ".tierguard" / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError:  # a read-only disk
        return Path(tempfile.gettempdir())
    return folder


def _create(folder: Path) -> tuple[int, str]:
    """Create an empty file that is locked until this process ends; remove those that nobody locks any more."""
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_PREFIX}*"):
            _remove_if_left(left)
        descriptor, path = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor, path
    finally:
        os.close(lock)


def _remove_if_left(path: Path) -> None:
    """Remove the file of a process that ended together with its watcher, as when the machine did."""
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
