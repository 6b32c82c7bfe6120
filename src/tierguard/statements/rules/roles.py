"""ALTER and DROP ROLE: a role belongs to the whole server, and PROD may be owned by it or reached as it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

_ROLES: Final = frozenset({"role", "user", "group"})
_ACTS: Final = frozenset({"alter", "drop"})


def find_roles(sentence: Sentence) -> Iterator[Claim]:
    """Yield every role that the sentence would alter or drop. A user mapping is none, nor are settings IN DATABASE."""
    for place in range(1, len(sentence.tokens)):
        act, elsewhere = sentence.word(place - 1), (sentence.word(place + 2), sentence.word(place + 3))
        if sentence.word(place + 1) == "mapping" or elsewhere == ("in", "database"):
            continue
        if act in _ACTS and sentence.word(place) in _ROLES:
            yield from (Claim(Kind.ROLE, name, act) for name in sentence.names(place + 1))
