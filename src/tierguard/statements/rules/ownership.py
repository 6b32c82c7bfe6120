"""REASSIGN OWNED and DROP OWNED: they reach the server's databases too, if the role owns or may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence


def find_owners(sentence: Sentence) -> Iterator[Claim]:
    """Yield every role that would lose what it owns."""
    for place in range(1, len(sentence.tokens)):
        act = sentence.word(place - 1)
        if act in {"reassign", "drop"} and (sentence.word(place), sentence.word(place + 1)) == ("owned", "by"):
            yield from (Claim(Kind.ROLE, name, f"{act} what is owned by") for name in sentence.names(place + 2))
