"""Files such as ``.env``: what stands in them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tierguard.errors import SettingMismatch
from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from pathlib import Path


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
