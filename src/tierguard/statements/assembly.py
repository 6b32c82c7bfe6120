"""Statements that a block puts together as it runs: ``EXECUTE format('… %I', x)``, ``'…' || quote_ident(x)``. Pure.

What stands in the text is kept, what only the server knows becomes a hole, and the current database's name is known
to be just that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.statements.scanner import HOLE, OWN
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tierguard.statements.scanner import Token

_ENDS: Final = frozenset({"into", "using", "loop"})  # of the expression that EXECUTE takes
_OTHER_EXECUTE: Final = frozenset({"function", "procedure", "on"})  # a trigger's, and the privilege
_SPECIFIER: Final = re.compile(r"%(?:(\d+)\$)?-?\d*([sIL%])")  # of format() (manual, section 9.4.1)
_Numbered = list[tuple[int, "Token"]]


@dataclass(frozen=True, slots=True)
class Built:
    """A text that is put together, the places of the strings that went into it, and whether it is run at once."""

    text: str
    strings: frozenset[int]
    executed: bool


def find_built(tokens: Sequence[Token]) -> Iterator[Built]:
    """Yield what EXECUTE runs and what is assigned, as far as it can be read."""
    for place, token in enumerate(tokens):
        following = tokens[place + 1].word if place + 1 < len(tokens) else ""
        executes = token.word == "execute" and following not in _OTHER_EXECUTE
        assigns = token.text == "=" and place > 0 and tokens[place - 1].text == ":"
        if executes or assigns:
            part = _expression(tokens, place + 1)
            strings = frozenset(at for at, one in part if one.kind == "string")
            if executes or strings:
                yield Built(_value(part), strings, executes)


def _expression(tokens: Sequence[Token], start: int) -> _Numbered:
    depth, part = 0, []
    for place in range(start, len(tokens)):
        text = tokens[place].text if tokens[place].kind == "other" else ""
        depth += (text == "(") - (text == ")")
        if not depth and tokens[place].word in _ENDS:
            break
        part.append((place, tokens[place]))
    return part


def _value(part: _Numbered) -> str:
    """Return the text that an expression gives."""
    while part and part[0][1].text == "(" and _closes(part) == len(part) - 1:
        part = part[1:-1]
    pieces = list(_split(part, "||"))
    if len(pieces) > 1:
        return "".join(map(_value, pieces))
    part = _without_cast(part)
    if len(part) == 1:
        token = part[0][1]
        return token.text if token.kind == "string" else OWN if token.word == "current_catalog" else HOLE
    if len(part) < 3 or part[1][1].text != "(" or _closes(part[1:]) != len(part) - 2:  # noqa: PLR2004 - f()
        return HOLE
    return _call(part[0][1].word, [list(one) for one in _split(part[2:-1], ",")])


def _call(function: str, arguments: list[_Numbered]) -> str:
    if function == "current_database" and arguments == [[]]:
        return OWN
    values = [_value(one) for one in arguments]
    if function == "quote_ident" and len(values) == 1:
        return quote_identifier(values[0])
    if function == "concat":
        return "".join(values)
    if function != "format" or HOLE in values[0]:
        return HOLE
    rest = iter(values[1:])

    def fill(found: re.Match[str]) -> str:
        number, how = found.groups()
        if how == "%":
            return "%"
        value = (values[int(number)] if int(number) < len(values) else HOLE) if number else next(rest, HOLE)
        return quote_identifier(value) if how == "I" else f"'{value}'" if how == "L" else value

    return _SPECIFIER.sub(fill, values[0])


def _without_cast(part: _Numbered) -> _Numbered:
    texts = [token.text for _, token in part]
    return part[:-3] if texts[-3:-1] == [":", ":"] else part


def _closes(part: _Numbered) -> int:
    """Return where the bracket that opens ``part`` closes."""
    depth = 0
    for place, (_, token) in enumerate(part):
        text = token.text if token.kind == "other" else ""
        depth += (text == "(") - (text == ")")
        if not depth:
            return place
    return len(part)


def _split(part: _Numbered, sign: str) -> Iterator[_Numbered]:
    """Yield what stands between the signs that are in no brackets."""
    piece: _Numbered = []
    depth = place = 0
    while place < len(part):
        token = part[place][1]
        text = token.text if token.kind == "other" else ""
        depth += (text == "(") - (text == ")")
        if not depth and "".join(one.text for _, one in part[place : place + len(sign)] if one.kind == "other") == sign:
            yield piece
            piece, place = [], place + len(sign)
            continue
        piece.append(part[place])
        place += 1
    yield piece
