"""The folder in which a project's embedded servers keep their things, and its locks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tierguard.embedded.supervisor import STEP
from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 90.0  # seconds that a process waits for another one's start


@dataclass(frozen=True, slots=True)
class Home:
    """The folder ``.tierguard`` of one project."""

    root: Path

    @property
    def folder(self) -> Path:
        """Return the folder itself."""
        return self.root / ".tierguard"

    @property
    def log(self) -> Path:
        """Return PostgreSQL's log."""
        return self.folder / "postgres.log"

    def prepare(self) -> None:
        """Make the folder, hidden from git and from other users. Raises ``OSError``."""
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            ignore.write_text("*\n")
            self.own(ignore)

    def own(self, path: Path) -> None:
        """Give a file that root made to whom the folder belongs."""
        if os.geteuid() == 0 and (owner := self.folder.stat()).st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid)

    def open_lock(self, name: str) -> int:
        """Open (and make) a lock file and return its descriptor."""
        path = self.folder / name
        existed = path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not existed:
            self.own(path)
        return descriptor

    @contextlib.contextmanager
    def starting(self) -> Iterator[int]:
        """Hold the start lock: one process at a time changes anything. Yields its descriptor."""
        descriptor = self.open_lock("start.lock")
        try:
            take(descriptor, PATIENCE)
            yield descriptor
        finally:
            os.close(descriptor)


def take(descriptor: int, patience: float) -> None:
    """Lock a file exclusively within ``patience`` seconds, or raise ``ServerMissing``."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                message = "another process has been starting or using the embedded server's files for too long"
                raise ServerMissing(message, hint="Stop it, or try again.") from None
            time.sleep(2 * STEP)
        else:
            return
