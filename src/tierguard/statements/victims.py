"""The victim is judged: CREATE, ALTER, DROP and COMMENT ON DATABASE by the database that they name.

From any database of a cluster one may drop another, so where a cluster holds PROD the name decides, not the
connection. Pure, and looked at only on connections into such a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.model import Tier
from tierguard.statements.scanner import AS_BEFORE_9_1, AS_STANDARD, fold, scan

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from tierguard.deciding.identity import Reading

_VERBS: Final = frozenset({"create", "alter", "drop", "on"})
_DEEPEST: Final = 4  # statements within strings within statements, as DO and dblink take them


def find_victim(sql: str, reading: Reading) -> str:
    """Return the name of the database that ``sql`` would create from, alter or drop and may not, or an empty string."""
    if "database" not in sql.lower():
        return ""
    modes = [AS_STANDARD, AS_BEFORE_9_1] if "\\" in sql else [AS_STANDARD]
    named = (name for mode in modes for name in _named(sql, mode, _DEEPEST))
    return next((name for name in named if _is_prod(name, reading)), "")


def _named(sql: str, mode: re.Pattern[str], depth: int) -> Iterator[str]:
    """Yield the names that follow ALTER, DROP and COMMENT ON DATABASE, and those of CREATE DATABASE's templates."""
    tokens = list(scan(sql, mode))
    words = ["" if kind in {"quoted", "string"} else text.lower() for kind, text in tokens]
    for place, (kind, text) in enumerate(tokens):
        if kind == "string" and depth and "database" in text.lower():
            yield from _named(text, mode, depth - 1)
        if words[place] != "database" or not place or words[place - 1] not in _VERBS:
            continue
        if words[place - 1] == "create":  # a new name harms nobody; copying PROD does
            yield from _templates(tokens[place:], words[place:])
        else:
            after = place + (3 if words[place + 1 : place + 3] == ["if", "exists"] else 1)
            yield from (fold(*token) for token in tokens[after : after + 1])


def _templates(tokens: Sequence[tuple[str, str]], words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word == ";":
            return
        if word == "template":
            after = place + (2 if words[place + 1 : place + 2] == ["="] else 1)
            yield from (fold(*token) for token in tokens[after : after + 1])


def _is_prod(name: str, reading: Reading) -> bool:
    """Return whether the named database is PROD, or unmarked, which in PROD's cluster counts as PROD."""
    if name in {"template0", "template1"}:
        return False
    tiers = {comment.tier for comment in reading.comments if comment.db == name}
    own = name == reading.db and reading.marker is not None and reading.marker.tier is not Tier.PROD
    return not own and (not tiers or Tier.PROD in tiers)
