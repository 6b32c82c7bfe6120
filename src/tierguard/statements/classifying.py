"""What a text of SQL would do, by PostgreSQL's own grammar. Pure."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from tierguard.model import Operation
from tierguard.statements.bounding import LONGEST, is_bounded, shorten
from tierguard.statements.effects import GRAVITY, Act, Effects
from tierguard.statements.kinds import RULES, VERBS
from tierguard.statements.placeholders import as_numbered, as_strings
from tierguard.statements.scanner import AS_BEFORE_9_1, end_of_comment
from tierguard.statements.tour import Tour
from tierguard.statements.wording import judge_words

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT: Final = 1024  # texts that are remembered, of at most this many characters:
_SHORT: Final = 8_192
_KEPT_LONG: Final = 8  # and a few longer ones, such as an INSERT of a thousand rows
_LONG: Final = 262_144
_seen: Final[OrderedDict[str, Effects]] = OrderedDict()
_seen_long: Final[OrderedDict[str, Effects]] = OrderedDict()
# A byte of a character that is not UTF-8, and then one that may be its second, or may escape a quote.
_TWO_BYTES: Final = re.compile(rb"[\x80-\xff]\\")
_parse: Callable[[str], list[dict[str, Any]]] | None = None
_refusals: tuple[type[Exception], ...] = ()


def classify(sql: str | bytes) -> Effects:
    """Return what ``sql`` would do: its gravest operation, the relations that it names, whether it reaches every row.

    It may be several statements, with the placeholders of psycopg, psycopg2, asyncpg or pg8000; bytes are UTF-8. What
    text cannot decide is OPAQUE, as is what cannot be read: ``problem`` then says why. It never connects, and raises
    nothing for any text.
    """
    if sql.__class__ is not str:
        raw, sql = sql, _as_text(sql)
        if "\ufffd" in sql and not isinstance(raw, str) and _TWO_BYTES.search(raw):
            return _unreadable(sql, "it is not UTF-8, and has a backslash in a character")
    effects = _seen.get(sql)
    if effects is None:
        effects = _seen_long.get(sql) if len(sql) > _SHORT else None
    return effects if effects is not None else _classify(sql)


def _as_text(sql: str | bytes | bytearray | memoryview) -> str:
    if isinstance(sql, str):
        return str.__str__(sql)
    if isinstance(sql, bytes | bytearray | memoryview):
        return bytes(sql).decode(errors="replace")
    raise TypeError(f"a statement is a str or bytes, not {type(sql).__name__}")


def _classify(sql: str) -> Effects:
    effects = _read(sql)
    if "\\'" in sql:
        effects = _in_either_mode(sql, effects)
    # What may hold a password is not kept, nor what could not be read this time.
    if not effects.problem and GRAVITY.index(effects.gravest) < GRAVITY.index(Operation.ADMIN):
        size = len(sql)
        seen, most = (_seen, _KEPT) if size <= _SHORT else (_seen_long, _KEPT_LONG)
        if size <= _LONG:
            seen[sql] = effects
            if len(seen) > most:
                seen.popitem(last=False)
    return effects


def _read(sql: str) -> Effects:
    if "\0" in sql:
        return _unreadable(sql, "it has a NUL character, which PostgreSQL does not take")
    if _parse is None:
        _load()
    text = sql if len(sql) <= LONGEST else shorten(sql)
    if len(text) > LONGEST:
        return _unreadable(sql, "it is too long to be read")
    tree, problem = _try(as_numbered(text) if "%" in text else text)
    if tree is None and "%" in text:  # meant for no driver, or for one that puts in the values itself
        tree, problem = _try(text)
        if tree is None:
            tree, problem = _try(as_strings(text))
    if tree is None:
        return _unreadable(sql, problem)
    try:
        return Effects(tuple([_read_statement(one["stmt"]) for one in tree if "stmt" in one]))
    except RecursionError:
        return _unreadable(sql, "it nests too deep to be read")


def _read_statement(statement: dict[str, Any]) -> Act:
    kind = next(iter(statement), "")
    tour = Tour(RULES, VERBS.get(kind, kind))
    tour.walk(statement)
    return tour.end()


def _try(sql: str) -> tuple[list[dict[str, Any]] | None, str]:
    assert _parse is not None
    if not is_bounded(sql):
        return None, "it nests too deep to be read"
    try:
        return _parse(sql), ""
    except UnicodeEncodeError:  # half a character, which a driver cannot send either
        return _try(sql.encode(errors="replace").decode())
    except RecursionError:
        return None, "it nests too deep to be read"
    except _refusals as error:
        return None, f"PostgreSQL's grammar does not know it: {error.args[0]}"


def _unreadable(sql: str, problem: str) -> Effects:
    return Effects((judge_words(sql, problem),), problem)


def _in_either_mode(sql: str, effects: Effects) -> Effects:
    """Return the graver of both readings: with ``standard_conforming_strings`` off, a backslash escapes a quote."""
    escaped = _as_escaped(sql)
    if escaped == sql:
        return effects
    other = _read(escaped)
    graver = not other.problem and GRAVITY.index(other.gravest) > GRAVITY.index(effects.gravest)
    return other if graver else effects


def _load() -> None:
    """Load the parser when it is first used: INT and STG never need it."""
    global _parse, _refusals
    import pgparse

    _refusals = (pgparse.PGQueryError,)
    _parse = pgparse.parse


def _as_escaped(sql: str) -> str:
    """Return ``sql`` with its plain strings as ``E'…'``, as a server reads them that is set as before 9.1."""
    pieces: list[str] = []
    place = 0
    while found := AS_BEFORE_9_1.match(sql, place):
        text = found[0]
        if found.lastgroup == "comment":
            end = end_of_comment(sql, found.end())
        elif found.lastgroup == "dollar":
            end = sql.find(text, found.end())
            end = len(sql) if end < 0 else end + len(text)
        else:
            end = found.end()
        plain = found.lastgroup == "string" and "\\" in text
        pieces += ("E", sql[place:end]) if plain else (sql[place:end],)
        place = end
    return "".join(pieces)
