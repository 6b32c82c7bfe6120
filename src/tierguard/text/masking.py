"""Hide secrets in any text before a person, a log or a file sees it.

Over-masking is a nuisance, a leak is an incident: where a text is ambiguous (a raw ``@`` in a password, a query
value with a ``@``), the longer stretch is hidden.
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
SHORTEST_LITERAL = 6  # shorter secrets would blank ordinary words

_SENSITIVE = r"(?:password|passwd|passphrase|pwd|secret(?:[_-]?key)?|api[_-]?key|(?:access[_-]?)?token)"
_SENSITIVE_KEY = re.compile(rf"(?i)^\w*{_SENSITIVE}$")
_URL = re.compile(
    r"""(?x)
    (?P<scheme>[a-zA-Z][\w+.-]{0,30}://)
    (?P<rest>
        [^\s"'<>`:@/]*:[^\s"'<>`@]*["'<>`]\S{0,300}@[^\s"'<>`]*  # a password with a quote in it
        |[^\s"'<>`]+
    )
    """
)
_QUOTED = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*\""""
_PAIR = re.compile(
    rf"""(?isx)
    (?P<key>(?<!\w)\w*{_SENSITIVE}\\*["']?\s*(?:=>|=(?!>)|:)\s*)  # password=…, "password": …, PGPASSWORD=…
    (?P<value>
        (?!\*\*\*(?:$|\s|&[\w.%-]+=))                         # masked already, in a URL's query
        (?:[bru]?(?:{_QUOTED})
        |(?P<open>\\+["']).{{0,1000}}?(?<!\\)(?P=open)        # JSON within a string
        |["'][^\n]*                                           # cut off before its end
        |[^\s"']\S*)
    )
    """,
)
_SQL = re.compile(
    rf"""(?isx)
    (?P<key>\bpassword\s+)
    (?P<value>(?:e|u&)?(?:{_QUOTED})|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|(?:e|u&)?["'][^\n]*)
    """
)
_MARK = re.compile(r"(?i)(?:[bru]|e|u&)?(\\*[\"'])")

_URL_IN_WORD = re.compile(r"(?s)[a-zA-Z][\w+.-]*://(?P<place>.*@.*)")
_WORD = re.compile("[A-Za-z_-]{1,12}")

_literals: set[str] = set()


def remember(secret: str | None) -> None:
    """Mark ``secret`` so that :func:`mask` hides it, and its percent-encoded forms, wherever it turns up."""
    if secret and len(secret) >= SHORTEST_LITERAL:
        _literals.update({secret, quote(secret, safe=""), quote(secret), quote_plus(secret)})


def remember_arguments(words: Iterable[str]) -> None:
    """Mark every URL among the words of a command line as a whole: typed in a wrong place, it may be no real URL."""
    for word in words:
        if found := _URL_IN_WORD.search(word.strip()):
            as_path = re.sub("/+", "/", found[0])  # which is what becomes of it as a file's name
            for form in (found[0], as_path, found["place"]):
                _literals.update({form, repr(form)[1:-1]})


def show_word(value: str) -> str:
    """Return a misspelt value in quotes: whole if it is a mere word, as a longer one may be a secret."""
    return f"'{value.strip()}'" if _WORD.fullmatch(value.strip()) else "'…'"


def count_secrets() -> int:
    """Return how many texts are marked: whoever keeps masked texts drops them once this changes."""
    return len(_literals)


def mask(text: str) -> str:
    """Return ``text`` with every password in a URL, DSN, keyword, JSON or SQL literal replaced by ``***``."""
    for literal in sorted(_literals, key=len, reverse=True):  # first: a pattern could eat half of one and show the rest
        if literal in text:
            text = re.sub(rf"(?<!\w){re.escape(literal)}(?!\w)", MASK, text)
    if "://" in text:
        text = _URL.sub(_mask_url, text)
    text = _PAIR.sub(_mask_value, text)
    return _SQL.sub(_mask_value, text)


def _mask_value(match: re.Match[str]) -> str:
    value = match["value"]
    quote_mark = _MARK.match(value)
    mark = quote_mark[1] if quote_mark and len(value) > len(quote_mark[0]) and value.endswith(quote_mark[1]) else ""
    return f"{match['key']}{mark}{MASK}{mark}"


def _mask_url(match: re.Match[str]) -> str:
    authority, question, query = _split_query(match["rest"])
    userinfo, at, host = authority.rpartition("@")
    if at:
        user, colon, _ = userinfo.partition(":")
        authority = f"{user}{colon}{MASK if colon else ''}@{host}"
    return f"{match['scheme']}{authority}{question}{_mask_query(query)}"


def _split_query(rest: str) -> tuple[str, str, str]:
    """Split at the ``?`` that follows the last ``@``: one before it may belong to a password."""
    at = rest.rfind("@")
    mark = rest.find("?", at + 1)
    first = rest.find("?")
    if at >= 0 and 0 <= first < at and ":" not in rest[:first]:
        mark = first  # no password can precede this query: the @ belongs to one of its values
    return (rest, "", "") if mark < 0 else (rest[:mark], "?", rest[mark + 1 :])


def _mask_query(query: str) -> str:
    return "&".join(_mask_parameter(part) for part in query.split("&"))


def _mask_parameter(part: str) -> str:
    key, equals, _ = part.partition("=")
    return f"{key}={MASK}" if equals and _SENSITIVE_KEY.match(unquote(key)) else part
