"""ALTER, DROP, COMMENT ON, GRANT ON and REVOKE ON DATABASE, and a role's settings IN DATABASE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

_ACTS: Final = {"alter": "alter", "drop": "drop", "on": "alter", "in": "alter"}


def find_databases(sentence: Sentence) -> Iterator[Claim]:
    """Yield every database that the sentence would alter or drop."""
    for place in range(1, len(sentence.tokens)):
        act = _ACTS.get(sentence.word(place - 1), "") if sentence.word(place) == "database" else ""
        if act:
            yield from (Claim(Kind.DATABASE, name, act) for name in sentence.names(place + 1))
