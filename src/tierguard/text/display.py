"""Text as a person may see it: without secrets, and without anything that a terminal would obey, hide or turn around.

Whatever comes from a database, a server, a file name or a variable passes here before it is printed.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as _escape

from tierguard.text.masking import mask


def printable(text: str, *, keep: str = "") -> str:
    r"""Return ``text`` with control characters, bidi overrides, odd spaces and lone surrogates as ``\u001b``.

    The escapes are JSON's, so a JSON document keeps its meaning. ``keep`` names characters that stay.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep else _escape(one)[1:-1] for one in text)


def clean(text: str, *, keep: str = "") -> str:
    """Return ``text`` as it may be printed: secrets masked first, then control characters shown."""
    return printable(mask(text), keep=keep)
