"""The bound in front of the parser, which would crash on what nests too deep. Pure.

It looks at words and signs alone, as PostgreSQL's scanner divides them, and keeps count of how deep they can nest.
"""

from __future__ import annotations

import re
from typing import Final

from tierguard.statements.scanner import AS_STANDARD, scan

LONGEST: Final = 400_000  # characters without those of long strings: half a second to parse
_DEEPEST: Final = 300  # levels of an operator: a thread with a stack of 128 kB parses these
_BRACKET: Final = 3  # what nests in brackets takes three times as much
_LETTER: Final = r"A-Za-z_0-9$\x80-\U0010ffff"
_ESCAPED: Final = r"'[^'\\]*(?:(?:''|\\.)[^'\\]*)*(?:'|\Z)"
_GOES_ON: Final = r"(?:[ \t\f\v]|--[^\n\r]*+)*+[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*+"
TEXT: Final = re.compile(
    rf"""--[^\n\r]*
    |(?<![{_LETTER}])[eE]{_ESCAPED}(?:{_GOES_ON}{_ESCAPED})*
    |'[^']*(?:''[^']*)*(?:'|\Z)
    |"[^"]*(?:""[^"]*)*(?:"|\Z)
    |(?<![{_LETTER}])\$((?:[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9\x80-\U0010ffff]*)?)\$.*?(?:\$\1\$|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_SHORT: Final = 100  # characters of a string that are kept, whatever the text's length
_PLAIN_ROW: Final = re.compile(r"\([\s\d$.,]*\)")  # of placeholders, numbers and what was a string
_SIGNS: Final = re.compile(
    r"""[(\[]|[)\]]|[,;]|[-+*/<>=~!@#%^&|`?:]+
    |\b(?:case|end|not|collate|at|is|isnull|notnull|like|ilike|similar|operator|union|intersect|except|join|between
    |and|or|select|where|set|values|when|then|else|on)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENS: Final = {"(": ")", "[": ")", "case": "end"}
_CLOSES: Final = {")": ")", "]": ")", "end": "end"}
# What follows these is no part of the operators before: each of them takes those as a whole, or begins anew.
_ANEW: Final = frozenset([",", "and", "or", "select", "where", "set", "values", "when", "then", "else", "on"])
_LASTING: Final = {"union": 1, "intersect": 1, "except": 1, "join": 1, "between": 3}  # which nest across those
_HEAVY: Final = {"like": 2, "ilike": 2, "similar": 2}  # with ESCAPE, a call


def is_bounded(sql: str) -> bool:
    """Return whether the parser can be given ``sql``, as it nests not too deep."""
    brackets = sql.count("(") + sql.count("[")
    if _BRACKET * brackets + len(sql) // 2 <= _DEEPEST:  # each level of anything else takes two characters at least
        return True
    return _depth(_without_text(sql)) <= _DEEPEST


def shorten(sql: str) -> str:
    """Return ``sql`` with nothing in its long strings, of which a picture or a document may be one."""
    if "/*" in sql:  # comments nest, and hold quotes
        return sql
    return TEXT.sub(lambda found: found[0] if len(found[0]) <= _SHORT or found[0][0] == '"' else "''", sql)


def _without_text(sql: str) -> str:
    """Return ``sql`` without its strings, quoted names and comments."""
    if "/*" in sql:  # comments nest
        parts = {"word": " {} ", "other": "{}"}
        sql = "".join(parts.get(one.kind, " ").format(one.text) for one in scan(sql, AS_STANDARD))
    else:
        sql = TEXT.sub(" ", sql)
    return _PLAIN_ROW.sub(" ", sql)


def _depth(flat: str) -> int:
    """Return how deep a text nests at most, in levels of an operator."""
    deepest = below = chain = lasting = 0
    outer: list[tuple[str, int, int, int]] = []
    for sign in _SIGNS.findall(flat):
        word = sign.lower()
        if word in _OPENS:
            outer.append((_OPENS[word], below, chain, lasting))
            below += chain + lasting + _BRACKET
            chain = lasting = 0
        elif word in _CLOSES:
            if outer and (word != "end" or outer[-1][0] == word):  # END is a statement, too
                _, below, chain, lasting = outer.pop()
        elif word in _ANEW:
            chain = 0
        elif word in _LASTING:
            lasting += _LASTING[word]
        elif word == ";":
            below = chain = lasting = 0
            outer.clear()
        else:
            chain += _HEAVY.get(word, 1)
        deepest = max(deepest, below + chain + lasting)
    return deepest
