"""The words of a statement as PostgreSQL's scanner sees them, in either mode of its plain strings. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN: Final = "\ue000"  # stands for the name of the database that the statement runs in, wherever that is
HOLE: Final = "\ue001"  # stands for what cannot be read in the text: a variable, an escape that hides a letter

# The words that PostgreSQL's scanner sees (manual, sections 4.1.1 to 4.1.5); the two modes differ in plain strings.
# To it every character beyond ASCII is a letter, spaces of other alphabets too.
_LETTER: Final = r"A-Za-z_\x80-\U0010ffff"
_NAME: Final = r"""[^"]*(?:""[^"]*)*"""
_PLAIN: Final = r"""[^']*(?:''[^']*)*"""
_ESCAPED: Final = r"""[^'\\]*(?:(?:\\.|'')[^'\\]*)*"""
_WORDS: Final = rf"""
(?P<space>[ \t\n\r\f\v]+|--[^\n\r]*)
|(?P<comment>/\*)
|(?P<dollar>\$(?:[{_LETTER}][{_LETTER}0-9]*)?\$)
|(?P<hidden>[uU]&(?:"{_NAME}"?|'{_PLAIN}'?))
|(?P<escaped>[eE]'{_ESCAPED}'?)
|(?P<string>'PLAIN'?)
|(?P<quoted>"{_NAME}"?)
|(?P<word>[{_LETTER}][{_LETTER}0-9$]*|\$?[0-9]+)
|(?P<other>.)
"""
AS_STANDARD: Final = re.compile(_WORDS.replace("PLAIN", _PLAIN), re.VERBOSE | re.DOTALL)
AS_BEFORE_9_1: Final = re.compile(_WORDS.replace("PLAIN", _ESCAPED), re.VERBOSE | re.DOTALL)
# A string goes on after a new line, with its escapes (section 4.1.2.1); comments may stand before the new line, too.
_GOES_ON: Final = re.compile(
    r"(?:[ \t\f\v]|--[^\n\r]*+)*+[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*+"
    rf"(?P<more>'{_ESCAPED}'?)",
    re.DOTALL,
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL
)
_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BYTES: Final = 63  # of a name, which is cut there (section 4.1.1)
_FOLDED: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Token(NamedTuple):
    """One word, quoted name, string (without its quotes) or other sign."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """Return the bare word in lower case, or an empty string for anything else."""
        return self.text.lower() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """Return the name as PostgreSQL reads it, or an empty string where that cannot be told from the text."""
        if self.kind == "other" or HOLE in self.text:
            return ""
        text = self.text
        if self.kind == "word":
            text = text.translate(_FOLDED)
            if text != text.lower():  # whether it is folded beyond ASCII depends on the server's encoding
                return ""
        return text.encode(errors="replace")[:_BYTES].decode(errors="ignore")


def scan(sql: str, mode: re.Pattern[str]) -> Iterator[Token]:
    """Yield the words, names and strings of ``sql``, without comments, which nest, and without quotes."""
    pending = ""  # a string that may go on in the next one (section 4.1.2.1)
    open_string = False
    for token, joins in _scan(sql, mode):
        if joins:
            pending, open_string = pending + token.text, True
            continue
        if open_string:
            yield Token("string", pending)
            pending, open_string = "", False
        yield token
    if open_string:
        yield Token("string", pending)


def _scan(sql: str, mode: re.Pattern[str]) -> Iterator[tuple[Token, bool]]:
    place = 0
    while found := mode.match(sql, place):
        kind, text, place = found.lastgroup or "", found[0], found.end()
        if kind == "comment":
            place = end_of_comment(sql, place)
        elif kind == "dollar":
            end = sql.find(text, place)
            end = len(sql) if end < 0 else end
            yield Token("string", sql[place:end]), False
            place = end + len(text)
        elif kind == "hidden":
            yield Token("quoted" if text[2] == '"' else "string", HOLE), False
        elif kind in {"string", "escaped"}:
            backslashes = kind == "escaped" or mode is AS_BEFORE_9_1
            yield Token("string", _content(text, backslashes=backslashes)), True
            while kind == "escaped" and (more := _GOES_ON.match(sql, place)):
                place = more.end()
                yield Token("string", _content(more["more"], backslashes=True)), True
        elif kind == "quoted":
            yield Token("quoted", text[1:].removesuffix('"').replace('""', '"')), False
        elif kind != "space":
            yield Token(kind, text), False


def _content(text: str, *, backslashes: bool) -> str:
    content = text[text.index("'") + 1 :].removesuffix("'").replace("''", "'")
    return _ESCAPE.sub(_unescape, content) if backslashes else content


def _unescape(found: re.Match[str]) -> str:
    byte, octal, short, long, letter = found.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    bytewise = bool(byte or octal)  # beyond ASCII, what it means depends on the server's encoding
    return chr(code) if code < (0x80 if bytewise else 0x110000) and code else HOLE


def end_of_comment(sql: str, place: int) -> int:
    """Return where a comment ends whose beginning ends at ``place``; comments nest."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, place)):
        depth += 1 if edge[0] == "/*" else -1
        place = edge.end()
    return place if not depth else len(sql)
