"""What a text would do by its words alone, where it cannot be parsed: too long, too deep, a newer server's. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from tierguard.model import Operation
from tierguard.statements.bounding import LONGEST, TEXT
from tierguard.statements.effects import Act, Hold
from tierguard.statements.scanner import AS_STANDARD, Token, scan

_END: Final = ";"
_DEFINING: Final = frozenset({"alter", "cluster", "comment", "create", "import", "refresh", "reindex"})
_DESTROYING: Final = frozenset({"drop", "truncate"})
_ADMINISTERING: Final = frozenset({"grant", "revoke", "session_replication_role", "row_security", "event_triggers"})
_SERVER: Final = (
    "role",
    "user",
    "group",
    "system",
    "database",
    "default",
    "policy",
    "owned",
    "subscription",
    "tablespace",
)
_PAIRS: Final = frozenset(
    {(verb, what) for verb in ("alter", "create", "drop") for what in _SERVER}
    | {
        ("reassign", "owned"),
        ("security", "label"),
        ("session", "authorization"),
        ("to", "program"),
        ("from", "program"),
    }
) - {("create", "database"), ("create", "default")}
# A statement that begins with one of these may end the transaction, or undo what protects the session.
_LOOSENING: Final = frozenset(
    {"abort", "begin", "close", "commit", "discard", "end", "prepare", "reset", "rollback", "set", "start"}
)
# A command of the replication protocol (manual, section 54.4), by itself: anywhere else it is a syntax error.
_SLOT: Final = re.compile(r"\s*(?P<verb>(?:CREATE|DROP)_REPLICATION_SLOT)\s[^;]*;?\s*", re.IGNORECASE)
_OF_SLOTS: Final = {"C": Operation.OPAQUE, "D": Operation.ADMIN}  # as the functions that do the same
_WORD: Final = re.compile(r"\w+|;")
_COMMENT_OR_TEXT: Final = re.compile(rf"/\*.*?(?:\*/|\Z)|{TEXT.pattern}", re.VERBOSE | re.DOTALL)
# A DROP of these takes no row with it.
_LOSING: Final = re.compile(
    r"""\btruncate\b|\bdrop\b(?!\s+(?:aggregate|cast|constraint|default|expression|function|identity|index|not|operator
    |policy|procedure|routine|rule|statistics|trigger|view)\b)""",
    re.VERBOSE | re.IGNORECASE,
)


def judge_words(sql: str, problem: str) -> Act:
    """Return the one act of a text that cannot be read for this reason: at least OPAQUE."""
    if slot := _SLOT.fullmatch(sql):
        verb = slot["verb"].upper()
        return Act(_OF_SLOTS[verb[0]], verb, hold=Hold.ALONE, why="a replication slot keeps what it has not given out")
    words = _words_of_long(sql) if len(sql) > LONGEST else [_word(token) for token in scan(sql, AS_STANDARD)]
    seen, pairs = frozenset(words), frozenset(pairwise(words))
    first = {words[0] if words else "", *(word for before, word in pairs if before == _END)}
    operation, hold = Operation.OPAQUE, Hold.TRANSACTION
    if first & _DEFINING:
        operation, hold = Operation.DDL, Hold.EXCLUSIVE
    if seen & _DESTROYING:
        operation, hold = Operation.DESTROY, Hold.EXCLUSIVE
    if seen & _ADMINISTERING or pairs & _PAIRS:
        operation, hold = Operation.ADMIN, Hold.EXCLUSIVE
    if ("drop", "database") in pairs:
        operation = Operation.DROP_DATABASE
    if "program" in seen:
        hold = Hold.BEYOND
    elif "concurrently" in seen or first & {"vacuum"} or operation is Operation.DROP_DATABASE:
        hold = Hold.ALONE
    return Act(operation, "", hold=hold, loosens=bool(first & _LOOSENING), why=problem)


def destroys(code: str) -> bool:
    """Return whether a block of code has a DROP of what may hold rows, or a TRUNCATE, also in a text that it runs."""
    return _LOSING.search(code) is not None


def _word(token: Token) -> str:
    return token.word or (_END if token.text == _END else "")


def _words_of_long(sql: str) -> list[str]:
    """Return the words of what is too long to be divided sign by sign: not those of its strings and comments.

    All of them where comments nest, since then it is not plain where a string begins.
    """
    nested = any("/*" in found[0][2:] for found in _COMMENT_OR_TEXT.finditer(sql) if found[0].startswith("/*"))
    return _WORD.findall((sql if nested else _COMMENT_OR_TEXT.sub(" ", sql)).lower())
