"""Writing into the catalogues that all databases of a server share: PROD's marker, roles and settings stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

CATALOGUES: Final = frozenset(
    {"pg_authid", "pg_auth_members", "pg_database", "pg_db_role_setting", "pg_parameter_acl", "pg_replication_origin"}
    | {"pg_shdepend", "pg_shdescription", "pg_shseclabel", "pg_subscription", "pg_tablespace"}
)  # manual, chapter 53: those that are shared
_VERBS: Final = frozenset({"update", "into", "truncate", "copy"})
_NOISE: Final = frozenset({"only", "table"})


def find_catalogues(sentence: Sentence) -> Iterator[Claim]:
    """Yield the server, if the sentence would write into such a catalogue."""
    words = [token.word for token in sentence.tokens]
    for place, word in enumerate(words):
        writes = word in _VERBS or (word == "from" and words[place - 1] == "delete")
        if writes and not _only_reads(words, place) and _is_shared(sentence, place + 1):
            yield Claim(Kind.SERVER, act="write into the catalogue of")


def _is_shared(sentence: Sentence, place: int) -> bool:
    """Return whether one of the list of tables that begins at this place is such a catalogue."""
    while True:
        while sentence.word(place) in _NOISE or sentence.token(place).text == "(":
            place += 1
        while sentence.token(place + 1).text == ".":
            place += 2
        if sentence.token(place).name in CATALOGUES:
            return True
        if sentence.token(place + 1).text != ",":
            return False
        place += 2


def _only_reads(words: list[str], place: int) -> bool:
    """Return whether this is COPY … TO."""
    return words[place] == "copy" and "from" not in words[place:]
