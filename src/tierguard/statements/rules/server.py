"""ALTER SYSTEM: a setting of the whole server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence


def find_server_settings(sentence: Sentence) -> Iterator[Claim]:
    """Yield the server, if the sentence would change its settings."""
    for place in range(1, len(sentence.tokens)):
        if (sentence.word(place - 1), sentence.word(place)) == ("alter", "system"):
            yield Claim(Kind.SERVER, act="alter the settings of")
