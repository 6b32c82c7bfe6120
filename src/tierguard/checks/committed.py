"""The configuration and the pins are those of the last commit, and adoption ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tierguard.errors import SettingMismatch
from tierguard.evidence import pins
from tierguard.evidence.config import read_table
from tierguard.evidence.git import has_commit, read_committed
from tierguard.model import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tierguard.checks.facts import Facts

FAR: Final = timedelta(days=90)


def check(facts: Facts) -> list[Finding]:
    """Return a finding where what protects PROD was changed without a commit, or is put off for long."""
    return [*_adopting(facts), *_changed(facts)]


def _adopting(facts: Facts) -> Iterator[Finding]:
    until, today = facts.config.adopt_until, datetime.now(UTC).date()
    if until is None:
        return
    if until <= today:
        message = f"adopt_until was {until}: unmarked databases that hold data are refused."
        yield Finding("adopt-until-past", Level.INFO, message, "Take it out.", "adopt_until")
        return
    message = f"adopt_until is {until}: unmarked databases are used, with a warning, until then."
    if until > today + FAR:
        hint = f"Take a date within {FAR.days} days; tierguard adopt lists what is left to mark."
        yield Finding("adopt-until-far", Level.WARNING, message, hint, "adopt_until")
    else:
        yield Finding(
            "adopt-until-open", Level.WARNING, message, "List what is left to mark: tierguard adopt", "adopt_until"
        )


def _changed(facts: Facts) -> Iterator[Finding]:
    path = facts.config.path
    if path is not None:
        yield from _compare(path, lambda content: read_table(content, path.name))
    yield from _compare(facts.config.root / pins.FILE, _read_json)


def _compare(path: Path, read: Any) -> Iterator[Finding]:
    """Compare a file with the last commit, by what it says and not by how it is written."""
    here, there = path.read_bytes() if path.is_file() else None, read_committed(path)
    if here == there:
        return
    if there is None:
        if has_commit(path.parent):
            message, hint = f"{path.name} is in no commit.", f"git add {path.name}, so that everybody has it."
            yield Finding("uncommitted", Level.INFO, message, hint, path.name)
        return
    try:
        keys = sorted(_differences(read(here) if here is not None else {}, read(there)))
    except SettingMismatch:
        keys = ["all of it"]
    if keys:
        message = f"{path.name} differs from the last commit: {', '.join(keys)}."
        hint = f"git diff {path.name} shows it. Commit it if it is intended, else git checkout {path.name}."
        yield Finding("uncommitted", Level.WARNING, message, hint, path.name)


def _read_json(content: bytes) -> dict[str, Any]:
    try:
        known = {f"{pin['db']} ({pin['tier']})": pin for pin in json.loads(content)["pins"]}
    except (ValueError, KeyError, TypeError):
        raise SettingMismatch from None
    return known


def _differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Give the dotted keys whose values differ. Nothing secret is in either file: URLs are named, not written."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differences(one.get(key), other.get(key), f"{at}.{key}" if at else key)
    elif one != other:
        yield at
