"""What a script of SQL would take away: tables, columns, rows. For a plan that a person reads; pure.

What cannot be read plainly (a function, a DO block, an object of another kind) is named as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.statements.scanner import AS_STANDARD, Token, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE: Final = "the table"
_KEPT: Final = frozenset(
    {"constraint", "default", "not", "expression", "identity"}
)  # ALTER … DROP of these loses no data
_HARMLESS: Final = frozenset({"create", "comment", "grant", "revoke", "insert", "set", "reset", "begin", "commit"})
_RULES: Final = frozenset({"index", "constraint", "trigger", "view", "policy", "rule", "function", "type", "sequence"})
_END: Final = Token("other", ";")
_LONGEST: Final = 160  # characters of a statement that are shown


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that would be gone: of ``table`` (as its name is written, in parts) ``what``, or all of it."""

    table: tuple[str, ...]
    what: str


def find_losses(sql: str) -> tuple[tuple[Loss, ...], tuple[str, ...]]:
    """Return what ``sql`` takes away from tables, and those of its statements that do not say plainly what they do."""
    losses: list[Loss] = []
    opaque: list[str] = []
    for tokens in _statements(sql):
        words = ["" if token.kind in {"quoted", "string"} else token.text.lower() for token in tokens]
        found = list(_read(tokens, words))
        losses += found
        if not found and not _loses_nothing(words):
            opaque.append(" ".join(token.text for token in tokens)[:_LONGEST])
    return tuple(losses), tuple(opaque)


def _statements(sql: str) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in (*scan(sql, AS_STANDARD), _END):
        if token != _END:
            statement.append(token)
        elif statement:
            yield statement
            statement = []


def _loses_nothing(words: list[str]) -> bool:
    if words[0] == "drop":
        return words[1:2] != [] and words[1] in _RULES and "cascade" not in words
    if words[0] == "alter":
        return words[1:2] == ["table"] and "drop" not in words
    return words[0] in _HARMLESS


def _read(tokens: list[Token], words: list[str]) -> Iterator[Loss]:
    match words:
        case ["drop", "table", *_]:
            what = f"{TABLE}, and what depends on it" if "cascade" in words else TABLE
            yield from (Loss(name, what) for name in _names(tokens, words, 2))
        case ["truncate", *_]:
            start = 2 if words[1:2] == ["table"] else 1
            yield from (Loss(name, "every row") for name in _names(tokens, words, start))
        case ["delete", "from", *_]:
            yield from (Loss(name, "rows") for name in _names(tokens, words, 2)[:1])
        case ["alter", "table", *_] if "drop" in words:
            (name, *_rest) = _names(tokens, words, 2) or [()]
            for place, word in enumerate(words):
                if word == "drop" and words[place + 1 : place + 2] and words[place + 1] not in _KEPT:
                    column = _skip(words, place + 1, ("column", "if", "exists"))
                    yield from (
                        Loss(name, f"the column {token.name or token.text}") for token in tokens[column : column + 1]
                    )


def _skip(words: list[str], place: int, noise: tuple[str, ...]) -> int:
    while place < len(words) and words[place] in noise:
        place += 1
    return place


def _names(tokens: list[Token], words: list[str], place: int) -> list[tuple[str, ...]]:
    """Return the names, separated by commas, that begin at ``place``."""
    names = []
    while place < len(tokens):
        place = _skip(words, place, ("if", "exists", "only"))
        parts = []
        while place < len(tokens):
            parts.append(tokens[place].name or tokens[place].text)
            place += 2
            if words[place - 1 : place] != ["."]:
                break
        names.append(tuple(parts))
        place = _skip(words, place - 1, ("*",))
        if words[place : place + 1] != [","]:
            break
        place += 1
    return names
