"""The statements of a psycopg2 connection that is watched, whatever class of cursor sends them."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2._stand_ins import find_raw, find_stand_in, rebind
from tierguard.process.admission import look_at, replace
from tierguard.statements.reading import takes_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What these become is a literal; anything else may become any piece of SQL, as AsIs does.
_PLAIN: Final = (
    *(str, bytes, int, float, decimal.Decimal, uuid.UUID, type(None)),
    *(dt.date, dt.time, dt.timedelta),
)
NAMES: Final = ("execute", "copy_expert", "executemany", "callproc")
_SETTINGS: Final = ("arraysize", "itersize", "row_factory", "string_types", "binary_types", "tzinfo_factory")
_MUTABLE: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class whose attributes can be set


def looked_at(cursor: Any, core: Any) -> Any:
    """Return a new cursor of a watched connection, with its statements looked at.

    Its class is changed where it is, however late it was derived from the C class. A C class cannot be: the cursor is
    made anew, of what stands in for that.
    """
    raw, kind = find_raw(core.cursor), type(cursor)
    if not issubclass(kind, raw):
        return cursor
    if kind.__flags__ & _MUTABLE:
        _look_at_class(kind, raw)
        return cursor
    made = _look_at_class(find_stand_in(kind), raw)(cursor.connection, cursor.name)
    for name in _SETTINGS:
        if (value := getattr(cursor, name)) is not None:  # the driver takes no None where it gives one
            setattr(made, name, value)
    made.scrollable, made.withhold = cursor.scrollable, cursor.withhold
    return made


def factory_of(factory: Any, core: Any) -> Any:
    """Return what makes the cursors of a watched connection instead of ``factory``."""
    return lambda *args, **kwargs: looked_at(factory(*args, **kwargs), core)


def look_at_all(core: Any) -> None:
    """Have the cursors of every class looked at, and let the names of the C classes mean what stands in for them."""
    raw = find_raw(core.cursor)
    found = {kind: _look_at_class(find_stand_in(kind), raw) for kind in (raw, find_raw(core.ReplicationCursor))}
    for kind in list(_derived(raw)):
        _look_at_class(kind, raw)
    if core.cursor is raw:
        rebind(found)


def _look_at_class(kind: Any, raw: Any) -> Any:
    for name, make in zip(NAMES, (_look_at_one, _look_at_one, _look_at_many, _look_at_call), strict=True):
        replace(kind, name, partial(make, raw))
    return kind


def _derived(raw: Any) -> Iterator[Any]:
    for kind in raw.__subclasses__():
        if kind.__flags__ & _MUTABLE:
            yield kind
        else:
            yield from _derived(kind)


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


def _look_at_call(raw: Any, original: Any) -> Any:
    def look(self: Any, procname: Any, *args: Any, **kwargs: Any) -> Any:
        given = kwargs.get("parameters", args[0] if args else None) or ()
        values = list(given.values() if isinstance(given, dict) else given)
        _look_at(self, raw, f"{procname}({', '.join(['%s'] * len(values))})", values)
        return original(self, procname, *args, **kwargs)

    return look


def _look_at(cursor: Any, raw: Any, query: Any, values: Any) -> None:
    connection = cursor.connection
    if connection is None:  # a class that did not begin its cursor: the driver says so
        return
    text = query.as_string(cursor) if hasattr(query, "as_string") else query
    told = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    if isinstance(text, str | bytes) and values is not None and (takes_code(told) or not _is_plain(values)):
        text = raw.mogrify(cursor, text, values)
    look_at(connection, text, partial(_dial, connection), values)


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
