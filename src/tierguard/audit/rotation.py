"""Rotation: the full file gets its last number as a name; older ones are compressed. Nothing is ever deleted."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from tierguard.audit.commit import sync_data
from tierguard.audit.files import list_rotated, name_rotated, open_regular, sync_folder

if TYPE_CHECKING:
    from pathlib import Path


def rotate(active: Path, descriptor: int, last: int) -> bool:
    """Rename the open and locked ``active`` after its last record; return whether that was done.

    It is not where a file has that name already: ``active`` then holds no record of its own yet. Its data is made
    durable first, so that a later sync of the new file covers every earlier record.
    """
    rotated = name_rotated(active, last)
    if rotated.exists() or rotated.with_name(f"{rotated.name}.gz").exists():
        return False
    sync_data(descriptor)
    active.rename(rotated)
    sync_folder(active.parent)
    return True


def compress_older(active: Path) -> list[Path]:
    """Compress every rotated file of ``active`` but the newest, and return the files made.

    Safe beside writers (they never touch a rotated file), beside another compressor (the file itself is the lock) and
    against being killed: the plain file goes only after the compressed one is whole and durable.
    """
    return [made for path in list_rotated(active)[:-1] if path.suffix != ".gz" and (made := _compress(path))]


def _compress(path: Path) -> Path | None:
    import gzip  # loading these takes longer than most processes spend on the log
    import shutil

    try:
        source = open_regular(path, os.O_RDONLY)
    except FileNotFoundError:
        return None  # another process was faster
    with os.fdopen(source, "rb") as plain:
        try:
            fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        if not path.exists():
            return None
        part, done = path.with_name(f"{path.name}.gz.part"), path.with_name(f"{path.name}.gz")
        part.unlink(missing_ok=True)  # what a killed compressor left
        target = open_regular(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(target, "wb") as raw:
            with gzip.GzipFile("", "wb", 6, raw, 0) as packed:
                shutil.copyfileobj(plain, packed, 1 << 20)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(done)
        sync_folder(path.parent)
        path.unlink()
    return done
