"""What belongs to the whole server: its settings, its tablespaces and its replication slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence


_THINGS: Final = frozenset({("alter", "system"), ("alter", "tablespace"), ("drop", "tablespace")})
_FUNCTIONS: Final = frozenset({"pg_drop_replication_slot"})  # a standby of PROD stands still without its slot


def find_server_settings(sentence: Sentence) -> Iterator[Claim]:
    """Yield the server, if the sentence would change or drop what all its databases share."""
    for place in range(len(sentence.tokens)):
        called = sentence.token(place).name in _FUNCTIONS and sentence.token(place + 1).text == "("
        if called or (place and (sentence.word(place - 1), sentence.word(place)) in _THINGS):
            yield Claim(Kind.SERVER, act="change what is shared on")
