"""The statements of a psycopg2 connection that are looked at, whatever class of cursor sends them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2 import _texts as texts
from tierguard.adapters.psycopg2._held import HELD, find_held
from tierguard.adapters.psycopg2._stand_ins import find_raw, find_stand_in, rebind
from tierguard.process.admission import is_watched, look_at, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tierguard.adapters.psycopg2._holding import Holding

# What each method of a cursor sends, and what its first arguments are called.
_TELL: Final[Mapping[str, tuple[Callable[..., texts.Told], tuple[str, ...]]]] = {
    "execute": (texts.tell_one, ("query", "vars")),
    "executemany": (texts.tell_many, ("query", "vars_list")),
    "callproc": (texts.tell_call, ("procname", "parameters")),
    "copy_expert": (texts.tell_expert, ("sql",)),
    "copy_from": (texts.tell_copy_from, ("file", "table")),
    "copy_to": (texts.tell_copy_to, ("file", "table")),
}
NAMES: Final = tuple(_TELL)
_SETTINGS: Final = ("arraysize", "itersize", "row_factory", "string_types", "binary_types", "tzinfo_factory")
_MUTABLE: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class whose attributes can be set


def are_looked_at(connection: Any) -> bool:
    """Return whether the statements of a connection are looked at, or held."""
    return is_watched(connection) or find_held(connection) is not None


def looked_at(cursor: Any, core: Any) -> Any:
    """Return a new cursor of a connection whose statements are looked at.

    Its class is changed where it is, however late it was derived from the C class. A C class cannot be: the cursor is
    made anew, of what stands in for that.
    """
    raw, kind = find_raw(core.cursor), type(cursor)
    if not issubclass(kind, raw):
        return cursor
    if kind.__flags__ & _MUTABLE:
        _look_at_class(kind, core)
        return cursor
    made = _look_at_class(find_stand_in(kind), core)(cursor.connection, cursor.name)
    for name in _SETTINGS:
        if (value := getattr(cursor, name)) is not None:  # the driver takes no None where it gives one
            setattr(made, name, value)
    made.scrollable, made.withhold = cursor.scrollable, cursor.withhold
    return made


def factory_of(factory: Any, core: Any) -> Any:
    """Return what makes the cursors of such a connection instead of ``factory``."""
    return lambda *args, **kwargs: looked_at(factory(*args, **kwargs), core)


def look_at_all(core: Any) -> None:
    """Have the cursors of every class looked at, and let the names of the C classes mean what stands in for them."""
    raw = find_raw(core.cursor)
    found = {kind: _look_at_class(find_stand_in(kind), core) for kind in (raw, find_raw(core.ReplicationCursor))}
    for kind in list(_derived(raw)):
        _look_at_class(kind, core)
    if core.cursor is raw:
        rebind(found)


def _look_at_class(kind: Any, core: Any) -> Any:
    """Hook a class, and first the one next to the C class that it is derived from: what that sends is held."""
    raw = find_raw(core.cursor)
    lowest = [each for each in kind.__mro__ if each.__flags__ & _MUTABLE and raw in each.__mro__][-1]
    for each in (lowest, kind):
        for name in NAMES:
            replace(each, name, partial(_make, core, name, holds=each is lowest))
    return kind


def _derived(raw: Any) -> Iterator[Any]:
    for kind in raw.__subclasses__():
        if kind.__flags__ & _MUTABLE:
            yield kind
        else:
            yield from _derived(kind)


def _make(core: Any, name: str, original: Any, *, holds: bool) -> Any:
    from tierguard.adapters.psycopg2._holding import Holding

    holding = Holding(core)
    slow = _make_slow(holding, name, original, holds=holds)
    if name == "execute" and original is find_raw(core.cursor).execute:
        return _make_quick(holding, original, slow)
    return slow


def _make_quick(holding: Holding, original: Any, slow: Any) -> Any:
    """Return ``execute``: nearly all statements were sent before, and each look costs a part of a round trip."""
    raw, look_up, are_plain, passes = find_raw(holding.core.cursor), HELD.get, texts.PLAIN.issuperset, holding.passes
    find_connection, find_name = raw.connection.__get__, raw.name.__get__  # a subclass may have its own of these names

    def execute(self: Any, query: Any, vars: Any = None) -> Any:  # noqa: A002 - as the driver calls it
        held = look_up(id(find_connection(self)))
        if held is None or type(query) is not str or query not in held.known:
            return slow(self, query, vars)
        if vars is not None and not (are_plain(map(type, vars)) if type(vars) is tuple else texts.is_plain(vars)):
            return slow(self, query, vars)
        if not held.persons:
            return original(self, query, vars)
        with held.lock:
            if find_name(self) is None and passes(find_connection(self), held):
                return original(self, query, vars)
        return slow(self, query, vars)

    return execute


def _make_slow(holding: Holding, name: str, original: Any, *, holds: bool) -> Any:
    tell, named = _TELL[name]
    raw = find_raw(holding.core.cursor)

    def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        connection = raw.connection.__get__(self)
        held = find_held(connection) if holds else None
        watched = connection is not None and is_watched(connection)
        if held is None and not watched:  # also a class that did not begin its cursor: the driver says so
            return original(self, *args, **kwargs)
        if name == "executemany":
            if holding.raw.async_.__get__(connection):  # the driver refuses it, whatever the values are
                return original(self, *args, **kwargs)
            args, kwargs = _keep(args, kwargs)
        told = tell(*args, *_find_named(named[len(args) :], kwargs, args))
        merged = [texts.merge(raw, self, query, values) for query, values in told]
        if watched:
            for text, (_, values) in zip(merged, told, strict=True):
                look_at(connection, text, partial(_dial, connection), values)
        elif held is not None and merged[0] is told[0][0] and not texts.hides_values(merged[0]):
            held.learn(merged[0])
        if held is None:
            return original(self, *args, **kwargs)
        return holding.send(self, connection, held, merged, partial(original, self, *args, **kwargs))

    return send


def _find_named(names: tuple[str, ...], kwargs: Mapping[str, Any], args: tuple[Any, ...]) -> list[Any]:
    """Return the arguments that are given by name; a class of somebody's own may call the first one otherwise."""
    return [kwargs[name] for name in names if name in kwargs] or ([] if args else list(kwargs.values()))


def _keep(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of ``executemany`` with its values in a list, which can be gone through twice."""
    if len(args) > 1:
        return (args[0], list(args[1]), *args[2:]), kwargs
    return args, {name: value if name == "query" else list(value) for name, value in kwargs.items()}


def _dial(connection: Any) -> Mapping[str, str]:
    """Return libpq's keywords of a connection, with its password, to the host that answered."""
    info = connection.info
    given = {key: str(value) for key, value in info.dsn_parameters.items() if value and "," not in str(value)}
    return given | {"host": info.host or "", "port": str(info.port or ""), "password": info.password or ""}
