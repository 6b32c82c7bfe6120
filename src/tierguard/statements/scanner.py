"""The words of a statement as PostgreSQL's scanner sees them, in either mode of its plain strings. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

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
AS_STANDARD: Final = re.compile(_WORDS.replace("PLAIN", r"[^']"), re.VERBOSE | re.DOTALL)
AS_BEFORE_9_1: Final = re.compile(_WORDS.replace("PLAIN", r"[^'\\]|\\."), re.VERBOSE | re.DOTALL)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")


def scan(sql: str, mode: re.Pattern[str]) -> Iterator[tuple[str, str]]:
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


def fold(kind: str, text: str) -> str:
    """Return the name as PostgreSQL folds it: lower case unless quoted (section 4.1.1)."""
    return text.lower() if kind == "word" else text
