"""The statements of a psycopg2 connection that is watched, whatever class of cursor sends them."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.process.admission import look_at, replace
from tierguard.statements.reading import takes_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What these become is a literal; anything else may become any piece of SQL, as AsIs does.
_PLAIN: Final = (
    *(str, bytes, int, float, decimal.Decimal, uuid.UUID, type(None)),
    *(dt.date, dt.time, dt.timedelta),
)
NAMES: Final = ("execute", "copy_expert", "executemany")
_MUTABLE: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class whose attributes can be set


def looked_at(factory: Any, raw: Any) -> Any:
    """Return what makes the cursors of a watched connection instead of ``factory``.

    A class is changed where it is, however late it was derived from the C class ``raw``; a C class gets a subclass.
    """
    if not (isinstance(factory, type) and issubclass(factory, raw)):
        return partial(_make, factory, raw)
    kind = factory if factory.__flags__ & _MUTABLE else _derive(factory)
    for name, make in zip(NAMES, (_look_at_one, _look_at_one, _look_at_many), strict=True):
        replace(kind, name, partial(make, raw))
    return kind


def look_at_all(raw: Any) -> None:
    """Have the cursors of every class looked at that was derived from ``raw`` before."""
    for kind in list(_derived(raw)):
        looked_at(kind, raw)


def _derived(raw: Any) -> Iterator[Any]:
    for kind in raw.__subclasses__():
        if kind.__flags__ & _MUTABLE:
            yield kind
        else:
            yield from _derived(kind)


@cache
def _derive(kind: Any) -> Any:
    return type(kind.__name__, (kind,), {"__slots__": (), "__module__": kind.__module__})


def _make(factory: Any, raw: Any, *args: Any, **kwargs: Any) -> Any:
    cursor = factory(*args, **kwargs)
    if type(cursor).__flags__ & _MUTABLE:
        looked_at(type(cursor), raw)
    return cursor


def _look_at_one(raw: Any, original: Any) -> Any:
    def look(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        values = kwargs.get("vars", args[0] if args else None)
        _look_at(self, raw, query, values)
        return original(self, query, *args, **kwargs)

    return look


def _look_at_many(raw: Any, original: Any) -> Any:
    def look(self: Any, query: Any, vars_list: Any) -> Any:
        several = list(vars_list)
        for values in several or [None]:
            _look_at(self, raw, query, values)
        return original(self, query, several)

    return look


def _look_at(cursor: Any, raw: Any, query: Any, values: Any) -> None:
    text = query.as_string(cursor) if hasattr(query, "as_string") else query
    told = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    if isinstance(text, str | bytes) and values is not None and (takes_code(told) or not _is_plain(values)):
        text = raw.mogrify(cursor, text, values)
    look_at(cursor.connection, text, partial(_dial, cursor.connection))


def _is_plain(values: Any) -> bool:
    if isinstance(values, dict):
        values = tuple(values.values())
    if isinstance(values, list | tuple):
        return all(map(_is_plain, values))
    return isinstance(values, _PLAIN)


def _dial(connection: Any) -> Mapping[str, str]:
    """Return libpq's keywords of a connection, with its password, to the host that answered."""
    info = connection.info
    given = {key: str(value) for key, value in info.dsn_parameters.items() if value and "," not in str(value)}
    return given | {"host": info.host or "", "port": str(info.port or ""), "password": info.password or ""}
