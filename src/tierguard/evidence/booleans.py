"""Booleans as people write them into variables: strictly, since a typo must never decide which database is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.errors import SettingMismatch
from tierguard.text import masking

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off", ""})


def parse_boolean(environ: Mapping[str, str], name: str) -> bool:
    """Return the strict boolean value of the variable ``name``; absent is false.

    Raises:
        SettingMismatch: any other word; a typo must never decide which database is used.
    """
    truth = _read(environ.get(name, ""))
    if truth is not None:
        return truth
    raise SettingMismatch(
        f"{name} is {masking.show_word(environ[name])}, which is neither true nor false.",
        hint="Allowed: true, 1, yes, on; false, 0, no, off, or empty.",
    )


def is_true(value: str) -> bool:
    """Return whether ``value`` says yes; a misspelt one does not."""
    return _read(value) is True


def _read(value: str) -> bool | None:
    word = value.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None
