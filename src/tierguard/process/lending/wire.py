r"""What is said on the socket: JSON, one message a line, each with the version and a number used once.

The borrower asks, the lender answers, one question a connection:

=========  ======================  ==========================================
``op``     beside it               the answer
=========  ======================  ==========================================
``claim``  ``count``               the terms of the loan
``spend``  ``changes``             ``enough``
``extend`` ``rows``, ``tables``    nothing: it is done
``ask``    ``text``                ``typed``, ``late`` or ``interrupted``
=========  ======================  ==========================================

An answer that has ``refused`` says why in words, and means no. Whoever hangs up takes the question back.

    >>> decode(encode({"op": "claim"}))
    {'op': 'claim', 'v': 1}
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1
LONGEST: Final = 64 * 1024  # bytes of a line, with its end
EXPIRED: Final = "its time is over"
_MORE: Final = re.compile(r"\S+ \+([1-9][0-9]{0,8})(?: .*)?")  # a name, and how many more rows may go on unasked
STRANGER: Final = "it is for the processes that tierguard run has started"


def encode(message: Mapping[str, Any]) -> bytes:
    """Return a message as a line."""
    return json.dumps({**message, "v": VERSION}, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Return the message in a line.

    Raises:
        ValueError: it is none, or of another version.
    """
    if len(line) > LONGEST:
        raise ValueError("the message is too long")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("the message is not JSON") from None
    if not isinstance(message, dict) or message.get("v") != VERSION:
        raise ValueError(f"the message is not of version {VERSION}")
    return message


def read_more(typed: str) -> int:
    """Return how many more rows a person has typed that may be changed without a question, or 0."""
    found = _MORE.fullmatch(typed)
    return int(found[1]) if found else 0
