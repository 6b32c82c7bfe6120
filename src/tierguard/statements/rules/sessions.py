"""pg_terminate_backend and pg_cancel_backend: whose sessions they end, where the statement says it plainly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tierguard.statements.claims import SENT, Claim, Kind
from tierguard.statements.scanner import HOLE, OWN
from tierguard.statements.sentences import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.scanner import Token
    from tierguard.statements.sentences import Sentence

_FUNCTIONS: Final = frozenset({"pg_terminate_backend", "pg_cancel_backend"})
# What one session is plainly named by, and the driver's ways to say that it is sent beside the statement.
_ONE: Final = re.compile(
    r"\((?:(?P<number>[0-9]+)|(?P<sent>%[sbt]|%\(\w+\)[sbt]|\$[0-9]+)|(?P<own>(?:pg_catalog\.)?pg_backend_pid\(\)))"
    r"(?:::int(?:4|eger)?)?[,)]"
)
_LONGEST: Final = 12  # tokens of that
_DOUBTS: Final = frozenset({"or", "not", "case", "false", "union"})  # words that make more of a comparison


def find_sessions(sentence: Sentence) -> Iterator[Claim]:
    """Yield the databases whose sessions would be ended; an empty name where any session may be."""
    words = [token.word for token in sentence.tokens]
    called = [
        place
        for place, token in enumerate(sentence.tokens)
        if token.kind in {"word", "quoted"} and token.name in _FUNCTIONS
    ]
    single = [_read_session(sentence, place) for place in called]
    yield from (Claim(Kind.SESSIONS, "", "end sessions of", session) for session in single if session not in {"", OWN})
    calls = single.count("")
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


def _read_session(sentence: Sentence, place: int) -> str:
    """Return which one session the call at this place is about: a number, SENT or OWN; an empty string if none."""
    tokens = sentence.tokens[place + 1 : place + 1 + _LONGEST]
    found = _ONE.match("".join(token.word or _plain(token) for token in tokens))
    if not found or (found["sent"] and sentence.place is not Position.PLAIN):  # in a function, $1 is its own
        return ""
    return found["number"] or (OWN if found["own"] else SENT)


def _plain(token: Token) -> str:
    return token.text if token.kind == "other" else HOLE
