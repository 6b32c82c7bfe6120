"""Files such as ``.env``: what stands in them."""

from __future__ import annotations

import os
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
        SettingMismatch: the file is not UTF-8.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return SealedTexts({})
    except UnicodeDecodeError:
        raise SettingMismatch(f"{path.name} is not UTF-8.") from None


@lru_cache(maxsize=8)
def _read(path: Path, _: int) -> SealedTexts:
    from dotenv import dotenv_values

    return SealedTexts({name: value or "" for name, value in dotenv_values(path).items()})
