"""What a text would do by its words alone, where it cannot be parsed: too long, too deep, a newer server's. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from tierguard.model import Operation
from tierguard.statements.bounding import LONGEST
from tierguard.statements.effects import Act, Hold
from tierguard.statements.scanner import AS_STANDARD, scan

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
_WORD: Final = re.compile(r"\w+|;")
_COMMENT: Final = re.compile(r"--[^\n\r]*|/\*.*?\*/", re.DOTALL)


def judge_words(sql: str, problem: str) -> Act:
    """Return the one act of a text that cannot be read for this reason: at least OPAQUE."""
    words = [token.word or (_END if token.text == _END else "") for token in scan(sql[:LONGEST], AS_STANDARD)]
    rest = sql[LONGEST:].lower()  # which may begin in a string, so it is looked at with and without its comments
    words += _WORD.findall(_COMMENT.sub(" ", rest)) + _WORD.findall(rest)
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
