"""Where a project's sockets are: in a folder of the runtime directory that nobody else can enter."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from tierguard.embedded.home import Home

LONGEST = 100  # bytes of a socket's path that every system takes


def socket_folder(home: Home, uid: int, name: str = ".s.PGSQL.5432") -> Path:
    """Return a folder that only ``uid`` can enter, made if absent, short enough for a socket called ``name``.

    A folder of the expected name that somebody else made first is left alone and another one is made.
    """
    digest = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12]
    bases = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - inside it only folders that we own, mode 0700
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if uid == os.geteuid() and runtime.is_absolute() and is_private(runtime, uid):
        bases.insert(0, runtime)
    for base in bases:
        folder = base / f"tierguard-{uid}-{digest}"
        if len(os.fsencode(folder / name)) + 9 > LONGEST or not os.access(base, os.W_OK | os.X_OK):
            continue
        if uid != os.geteuid() and not base.stat().st_mode & stat.S_IXOTH:
            continue
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if uid != os.geteuid():
                os.chown(folder, uid, -1)
        if is_private(folder, uid):
            return folder
        other = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=base))
        if uid != os.geteuid():
            os.chown(other, uid, -1)
        return other
    raise ServerMissing("no folder for the embedded server's socket: the temporary folder's path is too long")


def is_private(folder: Path, uid: int) -> bool:
    """Tell whether this is a real folder of ``uid`` that nobody else can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077
