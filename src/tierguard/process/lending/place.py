"""Where the socket of a consent lies: in a folder of its own that nobody else can enter, short enough for a socket."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.embedded.sockets import LONGEST, is_private
from tierguard.evidence.kinship import Kin, identify

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "tierguard-lent-"
_SOCKET: Final = "s"


def make(owner: Kin) -> Path:
    """Make a folder for a consent that ``owner`` hands down, and return where its socket goes.

    What processes that were killed have left behind is removed.

    Raises:
        OSError: there is no folder to make it in.
    """
    for base in _find_bases():
        _remove_left(base)
        name = f"{_PREFIX}{owner.pid}-{owner.started}-"
        if len(os.fsencode(base / name / _SOCKET)) + 8 > LONGEST:
            continue
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=name, dir=base)) / _SOCKET
    raise OSError("no folder for the socket can be made: the temporary folder's path is too long, or it is read-only")


def remove(socket: Path) -> None:
    """Remove a socket and its folder."""
    with suppress(OSError):
        socket.unlink(missing_ok=True)
        socket.parent.rmdir()


def _find_bases() -> Iterator[Path]:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if runtime.is_absolute() and is_private(runtime, os.geteuid()):
        yield runtime
    yield from dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp")))  # noqa: S108 - inside it only a folder that we make, mode 0700


def _remove_left(base: Path) -> None:
    with suppress(OSError):
        for folder in base.glob(f"{_PREFIX}*"):
            pid, _, started = folder.name.removeprefix(_PREFIX).rpartition("-")[0].partition("-")
            if pid.isdigit() and identify(int(pid)) != Kin(int(pid), started) and is_private(folder, os.geteuid()):
                remove(folder / _SOCKET)
