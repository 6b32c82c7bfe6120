"""The classes that make psycopg2's connections. Each gets its connections judged before anybody's code goes on.

The two at the bottom are C classes, which cannot be changed: a subclass whose methods are hooked stands in for each,
wherever a module has a name for it. A class that was derived from the C class before has its own methods hooked, and
gets the stand-in put into its resolution order while ``connect`` makes a connection; called directly, it is judged when
its ``__init__`` is over.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tierguard.adapters.psycopg2 import _statements as statements
from tierguard.process.admission import is_replaced, replace
from tierguard.text.sealed import SealedCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.adapters.psycopg2._probe import Judge

_thread = threading.local()


@dataclass(frozen=True)
class Classes:
    """The classes of ``psycopg2._psycopg`` and their judge. ``found`` has what stands in for each C class."""

    core: Any
    judge: Judge
    found: Mapping[Any, Any]

    def make_connect(self, original: Any) -> Any:
        """Return what does ``original``, the function in which every connection of ``psycopg2.connect`` begins."""

        def connect(dsn: Any, connection_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
            factory = self._begin_with_judgement(connection_factory)
            call = SealedCall(dsn, factory, *args, **kwargs)
            del dsn  # it holds the password: a traceback with locals would show it
            _thread.judged = None
            connection = original(*call.args(), **call.kwargs())
            if not self._is_connected(connection):
                return connection  # its class connects later, or it is a proxy of one that is judged already
            if _thread.judged != id(connection):  # made by a function, or by a class with a metaclass of its own
                self._judge(connection)
            if factory is not connection_factory and factory not in self.found.values():
                connection.__class__ = connection_factory  # what was asked for, not what stood in for it
            return connection

        return connect

    def hook(self) -> None:
        """Hook the stand-ins, and what was derived from the C classes before."""
        for kind in [kind for raw in self.found for kind in raw.__subclasses__() if kind not in self.found]:
            self._hook(kind)

    def _hook(self, kind: Any) -> None:
        replace(kind, "__init__", self._make_init)
        replace(kind, "cursor", self._make_cursor)
        replace(kind, "isexecuting", self._make_isexecuting)
        replace(kind, "poll", self._make_poll)

    def _make_init(self, original: Any) -> Any:
        def init(connection: Any, *args: Any, **kwargs: Any) -> None:
            _thread.judged = None
            call = SealedCall(connection, *args, **kwargs)
            del args, kwargs
            original(*call.args(), **call.kwargs())
            if not self._is_connected(connection):  # later, by way of the stand-in
                connection.__class__ = self._begin_with_judgement(type(connection))
            elif _thread.judged != id(connection):
                self._judge(connection)
                _thread.judged = id(connection)

        return init

    def _make_cursor(self, original: Any) -> Any:
        def cursor(connection: Any, *args: Any, **kwargs: Any) -> Any:
            if self.judge.is_due(connection) and not connection.closed:
                raise self.core.OperationalError("asynchronous connection attempt underway")  # as the driver says it
            made = original(connection, *args, **kwargs)
            return statements.looked_at(made, self.core) if statements.are_looked_at(connection) else made

        return cursor

    def _make_isexecuting(self, original: Any) -> Any:
        return lambda connection: self.judge.is_due(connection) or original(connection)

    def _make_poll(self, original: Any) -> Any:
        def poll(connection: Any) -> int:
            state: int = (
                self.judge.poll(connection, original) if self.judge.is_due(connection) else original(connection)
            )
            return state

        return poll

    def _judge(self, connection: Any) -> None:
        hooked = any(is_replaced(vars(kind).get("poll")) for kind in type(connection).__mro__)
        if hooked and self.core.connection.async_.__get__(connection):
            self.judge.expect(connection)
            return
        self.judge.judge(connection)
        if not hooked and statements.are_looked_at(
            connection
        ):  # a C class kept elsewhere: nothing else leads to its cursors
            connection.cursor_factory = statements.factory_of(connection.cursor_factory or self.core.cursor, self.core)

    def _is_connected(self, connection: Any) -> bool:
        """Return whether this is a connection of psycopg2 that has been begun."""
        raw = next(iter(self.found))
        return raw in type(connection).__mro__ and raw.pgconn_ptr.__get__(connection) is not None

    def _begin_with_judgement(self, factory: Any) -> Any:
        """Return what makes the connection: a class gets the judging one into its resolution order."""
        if factory is None:
            return next(iter(self.found.values()))
        if not isinstance(factory, type):
            return factory
        raw = next((kind for kind in factory.__mro__ if kind in self.found), None)
        if factory is raw:
            return self.found[raw]
        if raw is None or self.found[raw] in factory.__mro__:
            return factory
        self._hook(next(kind for kind in factory.__mro__ if raw in kind.__bases__))
        try:
            members = {"__slots__": (), "__module__": factory.__module__}
            return type(factory.__name__, (factory, self.found[raw]), members)
        except TypeError:  # a metaclass of its own: judged when it is made
            return factory
