"""CREATE DATABASE and CREATE ROLE: what a process makes, it may use and drop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

_KINDS: Final = {
    "database": Kind.NEW_DATABASE,
    "role": Kind.NEW_ROLE,
    "user": Kind.NEW_ROLE,
    "group": Kind.NEW_ROLE,
}


def find_creations(sentence: Sentence) -> Iterator[Claim]:
    """Yield the databases and roles that the sentence would make."""
    for place in range(1, len(sentence.tokens)):
        kind = _KINDS.get(sentence.word(place)) if sentence.word(place - 1) == "create" else None
        name = sentence.token(place + 1).name if kind else ""
        if kind and name:
            yield Claim(kind, name, "create")
