"""The classes that make psycopg2's connections. Each gets its connections judged before anybody's code goes on.

The two at the bottom are C classes, which cannot be changed: a subclass that judges in its ``__init__`` stands in for
each, wherever a module has a name for it. A class that was derived from the C class before gets the stand-in put into
its resolution order while ``connect`` makes a connection; called directly, it is judged when its ``__init__`` is over.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.adapters.psycopg2 import _statements as statements
from tierguard.process.admission import is_watched, replace
from tierguard.text.sealed import SealedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Judge = Callable[[Any], None]  # closes the connection before it raises

_thread = threading.local()


def stand_ins(core: Any, judge: Judge) -> dict[Any, Any]:
    """Return what stands in for each C class, and have the classes judged that were derived from these before."""

    def note(connection: Any) -> None:
        judge(connection)
        _thread.judged = id(connection)

    found = {}
    for kind in (core.connection, core.ReplicationConnection):
        raw = kind.__base__ if "judges" in vars(kind) else kind
        found[raw] = next((each for each in raw.__subclasses__() if "judges" in vars(each)), None) or _derive(
            raw, note, core
        )
    for kind in [kind for raw in found for kind in raw.__subclasses__()]:
        if kind not in found and "judges" not in vars(kind):
            replace(kind, "__init__", partial(_judge_after, judge, core.cursor))
    return found


def judged_connect(judge: Judge, cursor: Any, found: Mapping[Any, Any], original: Any) -> Any:
    """Return what does ``original``, the function in which every connection of ``psycopg2.connect`` begins."""

    def connect(dsn: Any, connection_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
        factory = _begin_with_judgement(connection_factory, found)
        call = SealedCall(dsn, factory, *args, **kwargs)
        del dsn  # it holds the password: a traceback with locals would show it
        _thread.judged = None
        connection = original(*call.args(), **call.kwargs())
        stood_in = factory is not connection_factory and factory not in found.values()
        if _thread.judged != id(connection) and (stood_in or not _is_for_later(connection)):
            judge(connection)  # made by a function, or by a class with a metaclass of its own
        if stood_in:
            connection.__class__ = connection_factory  # what was asked for, not what stood in for it
        _follow(connection, cursor)
        return connection

    return connect


def rebind(replaced: Mapping[Any, Any]) -> None:
    """Let every module's name for a key of ``replaced`` mean its value."""
    by_id = {id(old): new for old, new in replaced.items() if old is not new}
    for module in [module for module in sys.modules.values() if isinstance(module, ModuleType)]:
        names = ModuleType.__getattribute__(module, "__dict__")  # which loads no module that waits to be loaded
        for name, value in list(names.items()):
            if id(value) in by_id:
                names[name] = by_id[id(value)]


def _derive(raw: Any, judge: Judge, core: Any) -> Any:
    """Return a subclass of the C class whose connections are judged before ``__init__`` is over.

    Where its statements are looked at, so are those of whatever makes its cursors.
    """

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, raw) if cls is derived else super().__instancecheck__(instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, raw) if cls is derived else super().__subclasscheck__(subclass)

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        call = SealedCall(self, *args, **kwargs)
        del args, kwargs
        raw.__init__(*call.args(), **call.kwargs())
        judge(self)
        if raw.async_.__get__(self):
            probe.begin_again(self, core)

    def isexecuting(self: Any) -> bool:
        return probe.is_beginning(self) or raw.isexecuting(self)

    def poll(self: Any) -> int:
        return (probe.is_beginning(self) and probe.poll(self, core)) or raw.poll(self)

    def cursor(self: Any, name: Any = None, cursor_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
        if probe.is_beginning(self):  # nobody waited: the connection is made all the same
            probe.wait_if_async(self, core)
        if is_watched(self):
            cursor_factory = statements.looked_at(cursor_factory or self.cursor_factory or core.cursor, core.cursor)
        return raw.cursor(self, name, cursor_factory, *args, **kwargs)

    members = {"__slots__": (), "__init__": init, "cursor": cursor, "isexecuting": isexecuting, "poll": poll}
    members |= {"__module__": raw.__module__, "judges": True}
    derived = Kind(raw.__name__, (raw,), members)
    return derived


def _find_stand_in(connection: Any) -> Any:
    """Return the stand-in that a connection's class is derived from, or None: derived before, or none of psycopg2's."""
    return next((kind for kind in type(connection).__mro__ if "judges" in vars(kind)), None)


def _is_for_later(connection: Any) -> bool:
    """Return whether nothing was connected yet: a class of one's own that calls the stand-in's ``__init__`` later."""
    stand_in = _find_stand_in(connection)
    return stand_in is not None and stand_in.pgconn_ptr.__get__(connection) is None


def _follow(connection: Any, cursor: Any) -> None:
    """Have the cursors looked at of a connection whose class makes them past the stand-ins.

    Elsewhere its ``cursor_factory`` stays its user's: what makes rows of its own asks for that first.
    """
    if is_watched(connection) and _find_stand_in(connection) is None:
        connection.cursor_factory = statements.looked_at(connection.cursor_factory or cursor, cursor)


def _judge_after(judge: Judge, cursor: Any, original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        _thread.judged = None
        call = SealedCall(self, *args, **kwargs)
        del args, kwargs
        original(*call.args(), **call.kwargs())
        if _thread.judged != id(self):
            judge(self)
            _thread.judged = id(self)
        _follow(self, cursor)

    return init


def _begin_with_judgement(factory: Any, found: Mapping[Any, Any]) -> Any:
    """Return what makes the connection: a class gets the judging one into its resolution order."""
    if factory is None:
        return next(iter(found.values()))
    if not isinstance(factory, type):
        return factory
    raw = next((kind for kind in factory.__mro__ if kind in found), None)
    if factory is raw:
        return found[raw]
    if raw is None or found[raw] in factory.__mro__:
        return factory
    if not any("__init__" in vars(kind) for kind in _before(factory.__mro__, raw)):
        return factory  # nothing of it runs between the connection and the judgement after it
    try:
        return type(factory.__name__, (factory, found[raw]), {"__slots__": (), "__module__": factory.__module__})
    except TypeError:  # a metaclass of its own: judged when it is made
        return factory


def _before(order: tuple[Any, ...], last: Any) -> Iterator[Any]:
    return iter(order[: order.index(last)])
