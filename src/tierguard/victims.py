"""The victim is judged: CREATE, ALTER, DROP and COMMENT ON DATABASE by the database that they name.

From any database of a cluster one may drop another, so where a cluster holds PROD the name decides, not the
connection. Pure, and looked at only on connections into such a cluster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tierguard.identity import Reading

# The words that PostgreSQL's scanner sees (manual, sections 4.1.1 to 4.1.5); the two modes differ in plain strings.
_WORDS: Final = r"""
(?P<space>\s+|--[^\n\r]*)
|(?P<comment>/\*)
|(?P<dollar>\$(?:[^\W\d]\w*)?\$)
|(?P<string>[eE]'(?:[^'\\]|\\.|'')*'?|'(?:PLAIN|'')*'?)
|(?P<quoted>"(?:[^"]|"")*"?)
|(?P<word>[\w$]+)
|(?P<other>.)
"""
_AS_STANDARD: Final = re.compile(_WORDS.replace("PLAIN", r"[^']"), re.VERBOSE | re.DOTALL)
_AS_BEFORE_9_1: Final = re.compile(_WORDS.replace("PLAIN", r"[^'\\]|\\."), re.VERBOSE | re.DOTALL)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_VERBS: Final = frozenset({"create", "alter", "drop", "on"})
_DEEPEST: Final = 4  # statements within strings within statements, as DO and dblink take them


def find_victim(sql: str, reading: Reading) -> str:
    """Return the name of the database that ``sql`` would create from, alter or drop and may not, or an empty string."""
    if "database" not in sql.lower():
        return ""
    modes = [_AS_STANDARD, _AS_BEFORE_9_1] if "\\" in sql else [_AS_STANDARD]
    named = (name for mode in modes for name in _named(sql, mode, _DEEPEST))
    return next((name for name in named if _is_prod(name, reading)), "")


def _named(sql: str, mode: re.Pattern[str], depth: int) -> Iterator[str]:
    """Yield the names that follow ALTER, DROP and COMMENT ON DATABASE, and those of CREATE DATABASE's templates."""
    tokens = list(_scan(sql, mode))
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
            yield from (_fold(*token) for token in tokens[after : after + 1])


def _templates(tokens: Sequence[tuple[str, str]], words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word == ";":
            return
        if word == "template":
            after = place + (2 if words[place + 1 : place + 2] == ["="] else 1)
            yield from (_fold(*token) for token in tokens[after : after + 1])


def _scan(sql: str, mode: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the words, names and strings of ``sql``, without comments, which nest, and without quotes."""
    place = 0
    while found := mode.match(sql, place):
        kind, text, place = found.lastgroup or "", found[0], found.end()
        if kind == "comment":
            place = _end_of_comment(sql, place)
        elif kind == "dollar":
            end = sql.find(text, place)
            end = len(sql) if end < 0 else end
            yield "string", sql[place:end]
            place = end + len(text)
        elif kind == "string":
            yield kind, text[text.index("'") + 1 :].removesuffix("'").replace("''", "'")
        elif kind == "quoted":
            yield kind, text[1:].removesuffix('"').replace('""', '"')
        elif kind != "space":
            yield kind, text


def _end_of_comment(sql: str, place: int) -> int:
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, place)):
        depth += 1 if edge[0] == "/*" else -1
        place = edge.end()
    return place if not depth else len(sql)


def _fold(kind: str, text: str) -> str:
    """Return the name as PostgreSQL folds it: lower case unless quoted (section 4.1.1)."""
    return text.lower() if kind == "word" else text


def _is_prod(name: str, reading: Reading) -> bool:
    """Return whether the named database is PROD, or unmarked, which in PROD's cluster counts as PROD."""
    if name in {"template0", "template1"}:
        return False
    tiers = {comment.tier for comment in reading.comments if comment.db == name}
    own = name == reading.db and reading.marker is not None and reading.marker.tier is not Tier.PROD
    return not own and (not tiers or Tier.PROD in tiers)
