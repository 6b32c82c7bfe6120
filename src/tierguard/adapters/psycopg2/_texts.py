"""What a cursor of psycopg2 sends, told before it does: the driver itself puts the values into the text."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tierguard.statements.reading import takes_code
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    Told = list[tuple[Any, Any]]  # each statement that is sent, and the values that are put into it

# What exactly these become is a literal; anything else may become any piece of SQL, as AsIs does.
PLAIN: Final = frozenset(
    (
        *(str, bytes, bool, int, float, decimal.Decimal, uuid.UUID, type(None)),
        *(dt.date, dt.datetime, dt.time, dt.timedelta),
    )
)
_QUOTED: Final = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*(?:(?!/\*|\*/).)*\*/ | (\$(?:[^\W\d]\w*)?\$).*?\1""",
    re.DOTALL | re.VERBOSE,
)
_OPENING: Final = re.compile(r"""['"]|/\*|\$(?:[^\W\d]\w*)?\$""")


def merge(raw: Any, cursor: Any, query: Any, values: Any) -> str | bytes:
    """Return a statement as a text to be judged: with its values, where those may change what it does.

    Args:
        raw: the C class of cursors.
        cursor: that sends it.
        query: as the driver is given it.
        values: that are put into it; None where it is sent as it is.
    """
    if isinstance(query, str | bytes):
        text = query
    else:
        text = query.as_string(cursor) if hasattr(query, "as_string") else str(query)
    if values is None or not text or (is_plain(values) and not hides_values(text)):
        return text
    merged: bytes = raw.mogrify(cursor, text, values)
    return merged


def tell_one(query: Any, values: Any = None, /, *_: Any) -> Told:
    """Tell what ``execute`` sends."""
    return [(query, values)]


def tell_many(query: Any, several: Any, /) -> Told:
    """Tell what ``executemany`` sends."""
    return [(query, values) for values in several] or [(query, None)]


def tell_call(name: Any, given: Any = None, /) -> Told:
    """Tell what ``callproc`` sends."""
    values = list(given.values() if isinstance(given, dict) else given or ())
    places = ", ".join(["%s"] * len(values))
    return [(f"SELECT * FROM {name}({places})", values)]  # noqa: S608 - to be judged


def tell_expert(statement: Any, /, *_: Any) -> Told:
    """Tell what ``copy_expert`` sends."""
    return [(statement, None)]


def tell_copy_from(file: Any, table: Any, /, *_: Any) -> Told:
    """Tell what ``copy_from`` sends."""
    del file
    return [(f"COPY {quote_identifier(str(table))} FROM STDIN", None)]


def tell_copy_to(file: Any, table: Any, /, *_: Any) -> Told:
    """Tell what ``copy_to`` sends."""
    del file
    return [(f"COPY {quote_identifier(str(table))} TO STDOUT", None)]


def is_plain(values: Any) -> bool:
    """Return whether values become literals wherever they are put, and nothing else."""
    if isinstance(values, dict):
        values = values.values()
    elif values.__class__ not in _SEQUENCES:
        return False
    return PLAIN.issuperset(map(type, values)) or all(type(value) in PLAIN or is_plain(value) for value in values)


_SEQUENCES: Final = frozenset((list, tuple))


@lru_cache(maxsize=1024)
def hides_values(text: str | bytes) -> bool:
    """Return whether values are put where they do not stay literals: into code, a string, a name or a comment."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    if takes_code(text) or "\\" in text:
        return True
    if any("%" in found[0].replace("%%", "") for found in _QUOTED.finditer(text)):
        return True
    return _OPENING.search(_QUOTED.sub(" ", text)) is not None
