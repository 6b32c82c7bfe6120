"""How what a configuration says is checked against the tables of its keys. No message repeats what may be a secret."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tierguard.errors import SettingMismatch
from tierguard.evidence.keys import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.evidence.keys import Key, Keys

_SECRET = re.compile(r"://|password\s*=", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SERVICE = re.compile(r"[\w.-]+")
_SPAN = re.compile(r"[1-9][0-9]{0,8}(?:ms|s|min|h)")  # as PostgreSQL writes a time (manual, section 20.1.1)


def check_text(where: str, text: str) -> None:
    """Refuse what is no plain text.

    Raises:
        SettingMismatch: the message does not repeat the text: a URL holds a secret.
    """
    if not text.isprintable():
        raise SettingMismatch(f"{where} must be one line of text, without control characters.")
    if _SECRET.search(text):
        raise SettingMismatch(f"{where} is no place for a URL or a password.", hint="They belong in .env.")


def check_table(table: Mapping[str, Any], known: Keys, where: str) -> None:
    """Refuse a key that is not known, and a value that it may not hold.

    Raises:
        SettingMismatch: the message names the key, and what is allowed.
    """
    for name, value in table.items():
        check_text(f"A key of {where}", name)
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Allowed: {', '.join(known)}."
            raise SettingMismatch(f"{where}.{name} is not a known key.", hint=hint)
        _check_value(f"{where}.{name}", value, known[name])


def _check_value(where: str, value: object, key: Key) -> None:
    if not isinstance(value, key.kind.type) or (isinstance(value, bool) and key.kind is not Kind.SWITCH):
        raise SettingMismatch(f"{where} must be {key.kind.word}.", hint=f"As in: {key.example}")
    if isinstance(value, int) and value < 0:
        raise SettingMismatch(f"{where} must be {key.kind.word}.", hint=f"As in: {key.example}")
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not all(isinstance(item, str) for item in items):
        raise SettingMismatch(f"{where} must be {key.kind.word}.", hint=f"As in: {key.example}")
    for text in (item for item in items if isinstance(item, str)):
        _check_word(where, text, key)


def _check_word(where: str, text: str, key: Key) -> None:
    if key.kind in {Kind.VARIABLE, Kind.VARIABLES}:
        if text and not _VARIABLE.fullmatch(text):
            hint = f"The value itself belongs in .env or in the environment. As in: {key.example}"
            raise SettingMismatch(f"{where} must be the name of a variable.", hint=hint)
        return
    check_text(where, text)
    if key.kind is Kind.SERVICE and text and not _SERVICE.fullmatch(text):
        raise SettingMismatch(f"{where} must be the name of a service.", hint=f"As in: {key.example}")
    if key.kind is Kind.SPAN and not _SPAN.fullmatch(text):
        raise SettingMismatch(f"{where} must be {key.kind.word}.", hint=f"As in: {key.example}")
    if key.choices and text not in key.choices:
        allowed = " or ".join(f'"{choice}"' for choice in key.choices)
        raise SettingMismatch(f"{where} may only be {allowed}.")
