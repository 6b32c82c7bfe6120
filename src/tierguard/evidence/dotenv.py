"""Files such as ``.env``: what stands in them."""

from __future__ import annotations

import io
import os
import stat
from functools import lru_cache
from typing import TYPE_CHECKING

from tierguard.errors import SettingMismatch
from tierguard.evidence.files import find_work_tree
from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from pathlib import Path


def find(root: Path) -> Path:
    """Return the project's ``.env``: the one at ``root``, else the nearest above it in its git work tree.

    A backend in a folder of its own often shares the file with its neighbours. Where there is none it is the one that
    would be at ``root``.
    """
    own, top = root / ".env", find_work_tree(root)
    above = [folder / ".env" for folder in root.parents if top and (folder == top or top in folder.parents)]
    return next((path for path in (own, *above) if os.path.lexists(path)), own)


def read(path: Path) -> SealedTexts:
    """Return the variables of a file, read once per version; none where it is not there, or not ours to read.

    Raises:
        SettingMismatch: it is a FIFO or a socket, at which one could wait for ever.
    """
    try:
        status = path.stat()
        if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
            raise SettingMismatch(
                f"{path.name} is a pipe or a socket, not a file: it is not read.",
                hint="Put the variables into a file, or into the environment.",
            )
        return _read(path, status.st_mtime_ns)
    except OSError:
        return SealedTexts({})


@lru_cache(maxsize=8)
def _read(path: Path, _: int) -> SealedTexts:
    from dotenv import dotenv_values

    # Bytes that are no UTF-8, in a comment say, concern nobody; whoever uses such a value refuses it by its name.
    text = io.StringIO(path.read_bytes().decode("utf-8-sig", "surrogateescape"))
    return SealedTexts({name: value or "" for name, value in dotenv_values(stream=text).items()})
