"""What ends or sets up the transactions of a person's connection to PROD: commit, rollback, ``with``, the settings.

These are hooked once there is such a connection in the process, and not before: others pay nothing for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2._held import find_held
from tierguard.adapters.psycopg2._holding import Held, Holding
from tierguard.adapters.psycopg2._stand_ins import find_raw, find_stand_in
from tierguard.process.admission import is_replaced, replace
from tierguard.process.holding.exchange import guard
from tierguard.process.holding.opening import protect

if TYPE_CHECKING:
    from collections.abc import Callable

_TWO_PHASE: Final = ("tpc_begin", "tpc_prepare", "tpc_commit", "tpc_rollback")
_SETTING: Final = ("set_session", "set_isolation_level")
_PROPERTIES: Final = ("autocommit", "readonly", "isolation_level", "deferrable")
_GUARDED: Final = "default_transaction_read_only"  # the server reports it whenever it changes


def hold_all(core: Any) -> None:
    """Hook the connections of every class: the stand-ins, and what was derived from the C classes before."""
    for raw in (find_raw(core.connection), find_raw(core.ReplicationConnection)):
        for kind in raw.__subclasses__():
            if kind is not find_raw(core.ReplicationConnection):
                hold_class(kind, core)
        hold_class(find_stand_in(raw), core)


def hold_class(kind: Any, core: Any) -> None:
    """Hook the connections of one class."""
    holding = Holding(core)
    around, entering = partial(partial, _make_around, holding), partial(partial, _make_entering)
    makers: dict[str, Callable[[Any], Any]] = {
        "commit": partial(_make_end, holding, "COMMIT"),
        "rollback": partial(_make_end, holding, "ROLLBACK"),
        "close": _make_close,
        "lobject": around("SELECT lo_create(0)"),
        "reset": partial(_make_reset, holding),
        "__enter__": entering(entered=True),
        "__exit__": entering(entered=False),
        **dict.fromkeys(_SETTING, partial(_make_setting, holding)),
        **dict.fromkeys(_TWO_PHASE, around("PREPARE TRANSACTION 'two-phase'")),
    }
    for name, make in makers.items():
        if callable(getattr(kind, name)):  # a connection for replication has not all of them
            replace(kind, name, make)
    for name in _PROPERTIES:
        found = getattr(kind, name)
        if hasattr(found, "__set__") and not is_replaced(getattr(found, "fset", None)):
            setattr(kind, name, _make_property(holding, found))


def _find(connection: Any) -> Held | None:
    held = find_held(connection)
    return held if held is not None and held.persons else None


def _make_end(holding: Holding, word: str, original: Any) -> Any:
    def end(connection: Any) -> Any:
        if (held := _find(connection)) is None:
            return original(connection)
        with held.lock:  # also to end nothing while another thread's statement is being asked about
            if held.inside or not holding.has_begun(connection):
                return original(connection)
            exchange = guard(held.session, word, holding.find_state(connection))
            return holding.carry(connection, held, exchange, partial(original, connection))

    return end


def _make_close(original: Any) -> Any:
    def close(connection: Any) -> Any:
        if (held := _find(connection)) is None:
            return original(connection)
        with held.lock:  # as the C code waits for a statement: libpq is in use below it while the gate asks
            return original(connection)

    return close


def _make_around(holding: Holding, text: str, original: Any) -> Any:
    def act(connection: Any, *args: Any, **kwargs: Any) -> Any:
        if (held := _find(connection)) is None:
            return original(connection, *args, **kwargs)
        return holding.around(connection, held, text, partial(original, connection, *args, **kwargs))

    return act


def _make_entering(original: Any, *, entered: bool) -> Any:
    def enter(connection: Any, *args: Any) -> Any:
        held = find_held(connection)
        try:
            return original(connection, *args)
        finally:
            if held is not None:
                held.entered = entered

    return enter


def _make_setting(holding: Holding, original: Any) -> Any:
    def set_up(connection: Any, *args: Any, **kwargs: Any) -> Any:
        return _protecting(holding, connection, partial(original, connection, *args, **kwargs))

    return set_up


def _make_reset(holding: Holding, original: Any) -> Any:
    def reset(connection: Any) -> Any:
        return _protecting(holding, connection, partial(original, connection), always=True)

    return reset


def _make_property(holding: Holding, found: Any) -> Any:
    def change(connection: Any, value: Any) -> None:
        _protecting(holding, connection, partial(found.__set__, connection, value))

    made: Any = change
    made.__tierguard__ = True
    return property(found.__get__, change, doc=found.__doc__)


def _protecting(holding: Holding, connection: Any, act: Callable[[], Any], *, always: bool = False) -> Any:
    """Do what may set the session's own settings, and set again what protects it."""
    held = _find(connection)
    if held is None:
        return act()
    raw = holding.raw
    with held.lock:
        if held.inside:
            return act()
        protected = raw.get_parameter_status(connection, _GUARDED) == "on"
        try:
            return act()
        finally:
            if protected and not raw.closed.__get__(connection):
                _protect_again(holding, connection, held, always=always)


def _protect_again(holding: Holding, connection: Any, held: Held, *, always: bool) -> None:
    raw = holding.raw
    if always or raw.get_parameter_status(connection, _GUARDED) != "on":
        holding.ask(connection, held.codec, protect(held.session))
        if raw.get_parameter_status(connection, _GUARDED) != "on":
            raw.close(connection)
