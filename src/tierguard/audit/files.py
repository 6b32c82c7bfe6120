"""Where a log's files are and what they are called; opening one without being fooled.

A log ``audit.jsonl`` has rotated files ``audit.jsonl.<last seq, 12 digits>``, the older ones ending in ``.gz``. Another
user's chain beside it is ``audit.<uid>.jsonl``.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

_ROTATED: Final = re.compile(r"(?P<active>.+)\.(?P<last>\d{12})(?P<gz>\.gz)?")
_FLAGS: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: opening a FIFO must not wait for a reader
_REASONS: Final = {
    errno.ELOOP: "it is a symbolic link",
    errno.EISDIR: "it is a directory",
    errno.ENXIO: "it is not a regular file",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file may not grow further (RLIMIT_FSIZE)",
    errno.EROFS: "the disk is read-only",
}


def explain(error: OSError, path: Path) -> OSError:
    """Return ``error`` with a reason for people, who read it after "the audit log cannot be written"."""
    reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
    return OSError(error.errno or errno.EIO, reason, str(path))


def open_regular(path: Path, flags: int) -> int:
    """Open ``path`` with mode 0600, only if it is a regular file and no symbolic link.

    Raises:
        OSError: it is something else, or may not be opened.
    """
    descriptor = os.open(path, flags | _FLAGS, 0o600)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError(errno.ENXIO, "not a regular file", str(path))
    if status.st_mode & 0o077 and status.st_uid == os.geteuid():
        os.fchmod(descriptor, 0o600)
    return descriptor


def open_to_read(path: Path) -> IO[bytes]:
    """Open a log to read, without waiting for whoever writes to a FIFO of that name. A pipe without a name is read.

    Raises:
        OSError: it is no regular file, or may not be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    unnamed = stat.S_ISFIFO(mode) and not os.path.lexists(os.path.realpath(path))
    if stat.S_ISREG(mode) or unnamed:
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.ENXIO, "not a regular file", str(path))


def choose_own(base: Path) -> Path:
    """Return the file that this user appends to: ``base``, or one named by uid where another user owns its chain."""
    uid = os.geteuid()
    owner = _owner(base)
    if owner is None:
        rotated = list_rotated(base)
        owner = _owner(rotated[-1]) if rotated else uid
    return base if owner == uid else base.with_name(f"{base.stem}.{uid}{base.suffix}")


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def make_folder(folder: Path) -> None:
    """Create ``folder`` and what is missing above it, each 0700; an existing one is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def name_rotated(active: Path, last: int) -> Path:
    """Return the name for a rotated file whose last record is number ``last``."""
    return active.with_name(f"{active.name}.{last:012d}")


def split_rotated(path: Path) -> tuple[Path, int] | None:
    """Return the active file's path and the last sequence number that a rotated file's name tells, or None."""
    match = _ROTATED.fullmatch(path.name)
    return (path.with_name(match["active"]), int(match["last"])) if match else None


def list_rotated(active: Path) -> list[Path]:
    """Return the rotated files of ``active``, oldest first; of a plain and a compressed copy, the plain one."""
    found: dict[int, Path] = {}
    for name in _list_names(active.parent):
        match = _ROTATED.fullmatch(name)
        if match and match["active"] == active.name:
            found.setdefault(int(match["last"]), active.with_name(name))  # sorted: the plain name comes first
    return [found[last] for last in sorted(found)]


def list_chain(active: Path) -> list[Path]:
    """Return every file of one chain, oldest first."""
    return [*list_rotated(active), *([active] if active.exists() else [])]


def list_chains(base: Path) -> list[Path]:
    """Return the active path of every chain beside ``base``: its own, then other users' by uid."""
    pattern = re.compile(rf"{re.escape(base.stem)}\.(\d+){re.escape(base.suffix)}(?:\.\d{{12}}(?:\.gz)?)?")
    uids = {int(match[1]) for name in _list_names(base.parent) if (match := pattern.fullmatch(name))}
    return [base, *(base.with_name(f"{base.stem}.{uid}{base.suffix}") for uid in sorted(uids))]


def list_readable(base: Path) -> tuple[list[Path], list[Path]]:
    """Return the chains beside ``base`` that this user may read, and those that it may not.

    Where there is none to read, ``base`` is among the first all the same, so that reading it says why.
    """
    chains = list_chains(base)
    hidden = [active for active in chains if any(map(_is_hidden, list_chain(active)))]
    shown = [active for active in chains if active not in hidden and (active == base or list_chain(active))]
    return (shown, hidden) if shown else ([base], [active for active in hidden if active != base])


def _is_hidden(path: Path) -> bool:
    return not os.access(path, os.R_OK) and path.exists()  # one that was renamed meanwhile is not hidden


def _list_names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
