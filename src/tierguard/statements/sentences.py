"""The statements in a text, one by one: also those within its strings, as DO, functions and dblink take them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tierguard.statements.assembly import find_built
from tierguard.statements.scanner import AS_BEFORE_9_1, AS_STANDARD, Token, scan

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_DEEPEST: Final = 4  # statements within strings within statements
_NOTHING: Final = Token("other", "")
_SEMICOLON: Final = Token("other", ";")


class Position(Enum):
    """Where a sentence stands, which says whether it will run."""

    PLAIN = "plain"  # in the text itself
    BLOCK = "block"  # in a DO block, which runs at once
    CODE = "code"  # in a function, or in a string that a block or dblink may run
    TEXT = "text"  # in any other string: most likely somebody's data


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one statement. ``executed`` says that a block puts it together and runs it."""

    tokens: tuple[Token, ...]
    place: Position
    executed: bool = False

    def word(self, place: int) -> str:
        """Return the bare word at this place in lower case, or an empty string."""
        return self.token(place).word

    def token(self, place: int) -> Token:
        """Return the token at this place, or one that is nothing."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else _NOTHING

    def names(self, place: int) -> Iterator[str]:
        """Yield the names of the list that begins at this place, after IF EXISTS; empty ones cannot be read."""
        if self.word(place) == "if":
            place += 3 if self.word(place + 1) == "not" else 2
        yield self.token(place).name
        while self.token(place + 1).text == ",":
            place += 2
            yield self.token(place).name


def read_sentences(sql: str) -> Iterator[Sentence]:
    """Yield the statements of ``sql`` in each way that a server may read it."""
    for mode in [AS_STANDARD, AS_BEFORE_9_1] if "\\" in sql else [AS_STANDARD]:
        yield from _read(sql, mode, Position.PLAIN, _DEEPEST)


def _read(
    sql: str, mode: re.Pattern[str], place: Position, depth: int, *, executed: bool = False
) -> Iterator[Sentence]:
    for between, group in groupby(scan(sql, mode), key=_SEMICOLON.__eq__):
        if between:
            continue
        sentence = Sentence(tuple(group), place, executed)
        yield sentence
        if not depth:
            continue
        used: set[int] = set()
        if place in {Position.BLOCK, Position.CODE}:
            for built in find_built(sentence.tokens):
                used |= built.strings
                yield from _read(built.text, mode, place, depth - 1, executed=built.executed)
        inner = _inside(sentence)
        for at, token in enumerate(sentence.tokens):
            if token.kind == "string" and at not in used:
                yield from _read(token.text, mode, inner, depth - 1)


def _inside(sentence: Sentence) -> Position:
    """Return what stands in the strings of this sentence."""
    words = {token.word for token in sentence.tokens}
    if sentence.place is Position.TEXT or "raise" in words:
        return Position.TEXT
    if sentence.place is not Position.PLAIN or any(word.startswith("dblink") for word in words):
        return Position.CODE
    if sentence.word(0) == "do":
        return Position.BLOCK
    makes_code = sentence.word(0) == "create" and words & {"function", "procedure"}
    return Position.CODE if makes_code else Position.TEXT
