"""ALTER, DROP and REVOKE of a role: it belongs to the whole server, and PROD may be owned by it or reached as it."""

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
    yield from _find_members(sentence)
    for place in range(1, len(sentence.tokens)):
        act, elsewhere = sentence.word(place - 1), (sentence.word(place + 2), sentence.word(place + 3))
        if sentence.word(place + 1) == "mapping" or elsewhere == ("in", "database"):
            continue
        if act in _ACTS and sentence.word(place) in _ROLES:
            yield from (Claim(Kind.ROLE, name, act) for name in sentence.names(place + 1))


def _find_members(sentence: Sentence) -> Iterator[Claim]:
    """Yield the roles that would lose the rights of another: a REVOKE that names no object, with ON."""
    words = [token.word for token in sentence.tokens]
    for start in (place for place, word in enumerate(words) if word == "revoke"):
        end = words.index("from", start) if "from" in words[start:] else start
        if end > start and "on" not in words[start:end]:
            yield from (Claim(Kind.ROLE, name, "revoke a role from") for name in sentence.names(end + 1))
