"""Names of the databases that tools make beside another one: ``<name>__tg_<kind>_<id>``, 63 bytes at most. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

MARK: Final = "__tg_"
LIMIT: Final = 63  # bytes of an identifier (PostgreSQL manual, section 4.1.1)
_NAME: Final = re.compile(rf"(?P<base>.+?){MARK}(?P<kind>[a-z]+)(?P<number>\d*)_(?P<id>[0-9a-z]+)", re.DOTALL)
_ROOM: Final = 37  # bytes that are left for the name itself by the longest kind and id: __tg_snap_, and 16
_HASHED: Final = 8
_TIME: Final = "%y%m%d%H%M%S"
_DIGITS: Final = 12  # of the time


class Kind(StrEnum):
    """What such a database is for."""

    NEW = "new"  # being built; nobody uses it yet
    SNAPSHOT = "snap"  # what a tier's database was before
    TEMPLATE = "tmpl"  # prepared, to be copied
    WORKER = "w"  # one test worker's own
    GONE = "gone"  # given up, and being dropped
    TREE = "tree"  # INT of a linked git worktree; it has databases beside it in turn


class Derived(NamedTuple):
    """The parts of a derived name. ``base`` is shortened where the original was long."""

    base: str
    kind: Kind
    number: int | None
    id: str


def derive(name: str, kind: Kind, id: str, *, number: int | None = None) -> str:  # noqa: A002 - the word of the format
    """Return the name of a database beside ``name``.

    >>> derive("shop_stg", Kind.SNAPSHOT, "261125001500ab")
    'shop_stg__tg_snap_261125001500ab'
    """
    return f"{shorten(name)}{MARK}{kind}{'' if number is None else number}_{id}"


def shorten(name: str) -> str:
    """Return ``name``, or where it leaves too little room its beginning and a hash of the whole."""
    whole = name.encode()
    if len(whole) <= _ROOM:
        return name
    digest = hashlib.sha256(whole).hexdigest()[:_HASHED]
    return f"{whole[: _ROOM - _HASHED - 1].decode(errors='ignore')}_{digest}"


def parse(name: str) -> Derived | None:
    """Return the parts of a derived name, or None where it is not one."""
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in set(Kind):
        return None
    return Derived(match["base"], Kind(match["kind"]), int(match["number"]) if match["number"] else None, match["id"])


def belongs(name: str, base: str, kind: Kind) -> bool:
    """Return whether ``name`` is a database of that kind beside ``base``."""
    parts = parse(name)
    return parts is not None and parts.kind is kind and parts.base == shorten(base)


def is_beside(name: str, other: str) -> bool:
    """Return whether a tool made ``name`` beside the database that ``other`` is, or is derived from.

    >>> is_beside("shop__tg_new_1", "shop"), is_beside("shop__tg_new_1", "shop__tg_tmpl_2"), is_beside("shop", "shop")
    (True, True, False)
    """
    return MARK in name and shorten(name.partition(MARK)[0]) == shorten(other.partition(MARK)[0])


def time_of(name: str) -> datetime | None:
    """Return when the id of a derived name was made, in UTC, or None where it does not say.

    >>> time_of("shop_stg__tg_snap_261125001500ab12").isoformat()
    '2026-11-25T00:15:00+00:00'
    """
    parts = parse(name)
    try:
        return datetime.strptime(parts.id[:_DIGITS], _TIME).replace(tzinfo=UTC) if parts else None
    except ValueError:
        return None


def make_id(now: datetime, salt: str) -> str:
    """Return an id that sorts by time: the second in UTC, and four letters that tell two of one second apart.

    >>> from datetime import datetime, UTC
    >>> make_id(datetime(2026, 11, 25, 0, 15, tzinfo=UTC), "ab12")
    '261125001500ab12'
    """
    return f"{now:{_TIME}}{salt}"
