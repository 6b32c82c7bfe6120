"""The bound in front of the parser, which would crash on what nests too deep. Pure.

It looks at words and signs alone, as PostgreSQL's scanner divides them, and keeps count of how deep they can nest.
"""

from __future__ import annotations

import re
from typing import Final

from tierguard.statements.scanner import AS_STANDARD, scan

LONGEST: Final = 1_000_000  # characters: half a second to parse
_DEEPEST: Final = 300  # levels of an operator: a thread with a stack of 128 kB parses these
_BRACKET: Final = 3  # what nests in brackets takes three times as much
_PASSED_BY: Final = re.compile(
    r"""--[^\n\r]*
    |(?<![\w$])[eE]'[^'\\]*(?:(?:''|\\.)[^'\\]*)*(?:'|\Z)
    |'[^']*(?:''[^']*)*(?:'|\Z)
    |"[^"]*(?:""[^"]*)*(?:"|\Z)
    |(?<![\w$])\$((?:[^\W\d]\w*)?)\$.*?(?:\$\1\$|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_ROW: Final = re.compile(r"\([\s\d$.,]*\)")  # of placeholders, numbers and what was a string
_SIGNS: Final = re.compile(
    r"""[(\[]|[)\]]|[,;]|[-+*/<>=~!@#%^&|`?:]+
    |\b(?:case|end|not|collate|at|is|isnull|notnull|operator|union|intersect|except|join|between
    |and|or|select|where|set|values|when|then|else|on)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENS: Final = {"(": ")", "[": ")", "case": "end"}
_CLOSES: Final = {")": ")", "]": ")", "end": "end"}
# What follows these is no part of the operators before: each of them takes those as a whole, or begins anew.
_ANEW: Final = frozenset([",", "and", "or", "select", "where", "set", "values", "when", "then", "else", "on"])
_LASTING: Final = frozenset(["union", "intersect", "except", "join", "between"])  # which nest across those


def is_bounded(sql: str) -> bool:
    """Return whether the parser can be given ``sql``: it is not too long, and nests not too deep."""
    size = len(sql)
    if size > LONGEST:
        return False
    brackets = sql.count("(") + sql.count("[")
    if _BRACKET * brackets + size // 2 <= _DEEPEST:  # each level of anything else takes two characters at least
        return True
    return _depth(_without_text(sql)) <= _DEEPEST


def _without_text(sql: str) -> str:
    """Return ``sql`` without its strings, quoted names and comments."""
    if "/*" in sql:  # comments nest
        parts = {"word": " {} ", "other": "{}"}
        sql = "".join(parts.get(one.kind, " ").format(one.text) for one in scan(sql, AS_STANDARD))
    else:
        sql = _PASSED_BY.sub(" ", sql)
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
            lasting += 1
        elif word == ";":
            below = chain = lasting = 0
            outer.clear()
        else:
            chain += 1
        deepest = max(deepest, below + chain + lasting)
    return deepest
