"""psycopg2: ``connect``, pools, ``connection_factory`` and subclasses, made by ``_connect`` or by calling a class.

``psycopg2.connect`` looks ``_connect`` up at every call, so names bound before the gate was installed pass through it.
``psycopg2.extensions.connection`` becomes a subclass that judges in its ``__init__``; a class that was derived from
the C class before gets that subclass put into its resolution order while a connection is made, so its own ``__init__``
goes on only after the judgement. Called directly, instead of through ``connect``, such a class is judged when its
``__init__`` is over. Not covered: the C class itself, taken before the gate was installed and called directly.
"""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.process.admission import Answer, admit, conduct, look_at, replace
from tierguard.text.sealed import SealedCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.process.gate import Gate

_thread = threading.local()


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``psycopg2`` makes from now on."""
    core, extensions = module._psycopg, module.extensions  # noqa: SLF001 - the C module
    raw = core.connection

    def inspect(connection: Any) -> None:
        try:
            _admit(connection, core, gate)
        except BaseException:
            with contextlib.suppress(core.Error):
                raw.close(connection)
            raise
        _thread.judged = id(connection)

    guarded = raw if hasattr(raw, "judges") else _guard(raw, inspect)

    def make(original: Any) -> Any:
        def connect(dsn: Any, connection_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
            factory = _wrap_factory(connection_factory, guarded)
            call = SealedCall(dsn, factory, *args, **kwargs)
            del dsn  # it holds the password: a traceback with locals would show it
            _thread.judged = None
            connection = original(*call.args(), **call.kwargs())
            if _thread.judged != id(connection):  # made by a function, or by a C class of its own
                inspect(connection)
            if factory is not guarded and factory is not connection_factory:
                connection.__class__ = connection_factory  # what was asked for, not what stood in for it
            return connection

        return connect

    for kind in list(_made_before(raw, guarded)):
        replace(kind, "__init__", partial(_judge_after, inspect))
    replace(core, "_connect", make)
    module._connect = core._connect  # noqa: SLF001
    core.connection = extensions.connection = guarded


def _guard(raw: Any, inspect: Any) -> Any:
    """Return a subclass of the C class whose connections are judged before ``__init__`` is over."""

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, raw) if cls is guarded else super().__instancecheck__(instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, raw) if cls is guarded else super().__subclasscheck__(subclass)

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        call = SealedCall(self, *args, **kwargs)
        del args, kwargs
        raw.__init__(*call.args(), **call.kwargs())
        inspect(self)

    members = {"__slots__": (), "__init__": init, "__module__": "psycopg2.extensions", "judges": True}
    guarded = Kind("connection", (raw,), members)
    return guarded


def _made_before(raw: Any, guarded: Any) -> Iterator[Any]:
    """Yield the classes that were derived from the C classes before they could be replaced."""
    for kind in raw.__subclasses__():
        if kind.__module__ == "psycopg2.extensions" and kind is not guarded:  # a C class like its parent
            yield from _made_before(kind, guarded)
        elif kind is not guarded:
            yield kind


def _judge_after(inspect: Any, original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        _thread.judged = None
        call = SealedCall(self, *args, **kwargs)
        del args, kwargs
        original(*call.args(), **call.kwargs())
        if _thread.judged != id(self):
            inspect(self)

    return init


def _wrap_factory(factory: Any, guarded: Any) -> Any:
    """Return what makes the connection: a class gets the judging one into its resolution order."""
    raw = guarded.__mro__[1]
    if factory is None or factory is raw:
        return guarded
    if not isinstance(factory, type) or raw not in factory.__mro__ or guarded in factory.__mro__:
        return factory
    if "__init__" not in {name for cls in factory.__mro__[: factory.__mro__.index(raw)] for name in vars(cls)}:
        return factory  # nothing of it runs between the connection and the judgement after it
    try:
        return type(factory.__name__, (factory, guarded), {"__slots__": (), "__module__": factory.__module__})
    except TypeError:  # a metaclass of its own: judged when it is made
        return factory


def _admit(connection: Any, core: Any, gate: Gate) -> None:
    if probe.is_async(connection):
        probe.wait(connection, core)  # until it is connected, which nobody may be before the judgement
    failure: Exception | None = None

    def ask(sql: str) -> Answer:
        nonlocal failure
        try:
            row, failure = probe.send(connection, core, sql), None
        except core.Error as error:
            failure = error
            return Answer(None, f"{type(error).__name__}: {error}")
        return Answer(row[0] if row else None)

    with probe.in_autocommit(connection, core), probe.deadline(connection):
        admission = conduct(admit(gate, probe.effective(connection)), ask)
    if failure is not None and connection.closed:
        raise failure
    if admission.watch(connection):
        connection.cursor_factory = _look_at_statements(core.cursor)


def _look_at_statements(cursor: Any) -> Any:
    """Return the connection's own kind of cursor, whose statements are looked at, as are those of every subclass.

    Not covered: a class that is derived from the C class only after the connection was made.
    """

    def make(original: Any) -> Any:
        def look(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            look_at(self.connection, query.as_string(self) if hasattr(query, "as_string") else query)
            return original(self, query, *args, **kwargs)

        return look

    plain = next((kind for kind in cursor.__subclasses__() if "looks" in vars(kind)), None)
    if plain is None:
        plain = type("cursor", (cursor,), {"__slots__": (), "__module__": "psycopg2.extensions", "looks": True})
    for kind in (plain, *_made_before(cursor, plain)):
        for name in ("execute", "executemany", "copy_expert"):
            replace(kind, name, make)
    return plain
