"""pg_terminate_backend and pg_cancel_backend: whose sessions they end, where the statement says it plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import Claim, Kind
from tierguard.statements.scanner import OWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.sentences import Sentence

_FUNCTIONS: Final = frozenset({"pg_terminate_backend", "pg_cancel_backend"})
_DOUBTS: Final = frozenset({"or", "not", "case", "false", "union"})  # words that make more of a comparison


def find_sessions(sentence: Sentence) -> Iterator[Claim]:
    """Yield the databases whose sessions would be ended; an empty name where any session may be."""
    words = [token.word for token in sentence.tokens]
    calls = sum(token.kind in {"word", "quoted"} and token.name in _FUNCTIONS for token in sentence.tokens)
    if not calls:
        return
    named = [_named(sentence, place + 1) for place, word in enumerate(words) if word == "datname"]
    readable = [name for name in named if name]
    if len(readable) < calls or _DOUBTS & set(words):
        readable = [""]
    yield from (Claim(Kind.SESSIONS, name, "end sessions of") for name in readable)


def _named(sentence: Sentence, place: int) -> str:
    """Return what ``datname`` is compared with, or an empty string if that is not one database."""
    if sentence.token(place).text != "=":
        return ""
    value = sentence.token(place + 1)
    if sentence.token(place + 2).text in {"|", "="}:
        return ""  # more is put to it
    if value.word == "current_database":
        return OWN
    return value.name if value.kind == "string" else ""
