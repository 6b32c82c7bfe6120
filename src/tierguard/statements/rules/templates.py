"""CREATE DATABASE … TEMPLATE: what it copies. Without the clause that is template1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence


def find_templates(sentence: Sentence) -> Iterator[Claim]:
    """Yield the database that a new one would be made from."""
    creates = False
    for place in range(len(sentence.tokens)):
        creates = creates or (sentence.word(place - 1), sentence.word(place)) == ("create", "database")
        if creates and sentence.word(place) == "template":
            after = place + (2 if sentence.token(place + 1).text == "=" else 1)
            yield Claim(Kind.DATABASE, sentence.token(after).name, "copy")
