"""A DO block, or what it puts together, of which not even the verb can be read: it may be anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind
from tierguard.statements.scanner import HOLE
from tierguard.statements.sentences import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

_OBJECTS: Final = frozenset({"alter", "drop", "comment", "reassign", "create"})  # verbs that need their second word too


def find_unreadable(sentence: Sentence) -> Iterator[Claim]:
    """Yield the server, where nobody can tell what would run."""
    hidden = sentence.token(0).text == HOLE  # U&'…', whose escapes may spell any word
    if sentence.place is not Position.BLOCK or not (sentence.executed or hidden):
        return
    telling = sentence.tokens[: 2 if sentence.word(0) in _OBJECTS else 1]
    if any(HOLE in token.text for token in telling):
        yield Claim(Kind.SERVER, act="run what cannot be read on")
