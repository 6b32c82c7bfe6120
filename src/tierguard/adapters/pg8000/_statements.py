"""The four methods by which pg8000 sends everything: looked at beside PROD, and judged on PROD itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.process.admission import look_at, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tierguard.adapters.pg8000._holding import Held

    Dial = Callable[[Any], Mapping[str, str]]


HELD: Final = "_tierguard_held"  # an attribute of a connection


def find_held(connection: Any) -> Held | None:
    """Return what is around the statements of a connection to PROD; None of any other."""
    held: Held | None = getattr(connection, HELD)
    return held


def hook_statements(base: Any, dial: Dial) -> None:
    """Have the statements of connections looked at that may concern PROD.

    Args:
        base: the class that both kinds of connections are built on.
        dial: returns libpq's keywords of a connection, with its password.
    """
    for name, make in _LOOKED_AT.items():
        replace(base, name, partial(make, dial=dial))


def hook_prepared(base: Any) -> None:
    """Have it judged each time that a prepared statement is run, and let what the gate has closed be closed."""
    replace(base, _PREPARED, _make_prepared)
    replace(base, "close", _make_closing)


def _make_simple(original: Any, dial: Dial) -> Any:
    def execute_simple(self: Any, statement: Any) -> Any:
        if held := find_held(self):
            return held.execute_simple(partial(original, self), statement)
        look_at(self, statement, partial(dial, self))
        return original(self, statement)

    return execute_simple


def _make_unnamed(original: Any, dial: Dial) -> Any:
    def execute_unnamed(self: Any, statement: Any, vals: Any = (), *args: Any, **kwargs: Any) -> Any:
        if held := self._tierguard_held:
            if not held.passes(statement):
                return held.run(statement, lambda: original(self, statement, vals, *args, **kwargs))
            try:
                return original(self, statement, vals, *args, **kwargs)
            except BaseException as error:
                held.fail(error)
                raise
        look_at(self, statement, partial(dial, self), vals)
        return original(self, statement, vals, *args, **kwargs)

    return execute_unnamed


def _make_preparing(original: Any, dial: Dial) -> Any:
    def prepare_statement(self: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if held := find_held(self):
            return held.prepare(lambda: original(self, statement, *args, **kwargs), statement)
        look_at(self, statement, partial(dial, self))
        return original(self, statement, *args, **kwargs)

    return prepare_statement


def _make_prepared(original: Any) -> Any:
    def execute_named(self: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
        if held := find_held(self):
            return held.run_prepared(lambda: original(self, name, *args, **kwargs), name)
        return original(self, name, *args, **kwargs)

    return execute_named


def _make_closing(original: Any) -> Any:
    """Close quietly, once, what the gate has closed: a ``finally`` would put the driver's error before the real one."""

    def close(self: Any) -> None:
        if (held := find_held(self)) and held.given_up:
            held.given_up = False
            return
        original(self)

    return close


_LOOKED_AT: Final = {
    "execute_simple": _make_simple,
    "execute_unnamed": _make_unnamed,
    "prepare_statement": _make_preparing,
}
_PREPARED: Final = "execute_named"
HOOKED: Final = (*_LOOKED_AT, _PREPARED)
