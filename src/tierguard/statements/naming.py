"""Lists of names, as they are written down."""

from __future__ import annotations


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in ``text``, which white space divides."""
    return tuple(text.split())
