"""The statements of a script, one by one, as PostgreSQL's own grammar tells them apart. Pure."""

from __future__ import annotations

from typing import NamedTuple

from tierguard.statements.bounding import is_bounded


class Part(NamedTuple):
    """One statement of a script, and the line that it begins on, from 1."""

    text: str
    line: int


def split(script: str) -> tuple[Part, ...]:
    """Return the statements of ``script``.

    Raises:
        ValueError: it cannot be read; the message says where and why.
    """
    import pgparse

    if "\0" in script:
        raise ValueError(f"line {_line_of(script, script.index(chr(0)))} has a NUL character")
    if not is_bounded(script):
        raise ValueError("it is too long, or nests too deep, to be read")
    try:
        parsed = pgparse.parse(script)
    except RecursionError:
        raise ValueError("it nests too deep to be read") from None
    except UnicodeEncodeError as error:
        raise ValueError(f"line {_line_of(script, error.start)} is not UTF-8") from None
    except pgparse.PGQueryError as error:
        raise ValueError(f"line {_line_of(script, error.position - 1)}: {error.message}") from None
    raw = script.encode()
    parts = []
    for one in parsed:
        start = one.get("stmt_location", 0)
        end = start + one["stmt_len"] if "stmt_len" in one else len(raw)
        before, text = raw[:start].decode(), raw[start:end].decode()
        blank = len(text) - len(text.lstrip())
        parts.append(Part(text.strip(), _line_of(before + text, len(before) + blank)))
    return tuple(parts)


def _line_of(script: str, place: int) -> int:
    return script.count("\n", 0, max(0, place)) + 1
