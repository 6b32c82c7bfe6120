"""What a key of the configuration may hold, and how a wrong one is refused."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECRET = re.compile(r"://|password\s*=", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def check_text(where: str, text: str) -> None:
    """Refuse what is no plain text.

    Raises:
        SettingMismatch: the message does not repeat the text: a URL holds a secret.
    """
    if not text.isprintable():
        raise SettingMismatch(f"{where} must be one line of text, without control characters.")
    if _SECRET.search(text):
        raise SettingMismatch(f"{where} is no place for a URL or a password.", hint="They belong into .env.")


def check_keys(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    """Refuse a key that is not known, and a value of another type.

    Raises:
        SettingMismatch: the message names the key, and what is allowed.
    """
    for key, value in table.items():
        check_text(f"A key of {where}", key)
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Allowed: {', '.join(known)}."
            raise SettingMismatch(f"{where}.{key} is not a known key.", hint=hint)
        if not isinstance(value, known[key]):
            raise SettingMismatch(f"{where}.{key} must be a {known[key].__name__}.")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise SettingMismatch(f"{where}.{key} must be a list of str.")
        for text in [value] if isinstance(value, str) else value if isinstance(value, list) else ():
            check_text(f"{where}.{key}", text)


def check_variables(where: str, names: Iterable[tuple[str, str]]) -> None:
    """Refuse what is no variable's name.

    Raises:
        SettingMismatch: the message does not repeat it: it may be the secret itself.
    """
    for key, name in names:
        if name and not _VARIABLE.fullmatch(name):
            raise SettingMismatch(
                f"{where}.{key} must be the name of a variable.", hint="The value itself belongs into .env."
            )
