"""What every driver's adapter shares: the question to the gate, and how a driver's own function is replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from tierguard.errors import SettingMismatch
from tierguard.statements.victims import find_victim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.process.gate import Gate

PATIENCE: Final = 10.0  # seconds for the one question; a driver's own limit to connecting may be shorter
UNDO: Final = "ROLLBACK"
_MARK: Final = "__tierguard__"


@dataclass
class Judge:
    """A driver's door to the gate. It remembers which databases did not let this process stamp them."""

    gate: Gate
    _unstampable: set[tuple[str, ...]] = field(default_factory=set, init=False)
    _beside_prod: dict[tuple[str, ...], Reading] = field(default_factory=dict, init=False)
    _watched: WeakKeyDictionary[Any, Reading] = field(default_factory=WeakKeyDictionary, init=False)

    def judge(self, answer: str | None, parameters: Mapping[str, str], problem: str = "") -> str:
        """Judge a new connection, and return the SQL that stamps its empty database, or an empty string.

        Whoever gets SQL runs it by the simple protocol; if that fails, he runs :data:`UNDO` and calls :meth:`give_up`.

        Raises:
            AccessRefused: the connection must be closed.
        """
        reading, verdict = self.gate.examine(answer, parameters, problem)
        if reading.cluster_holds_prod and self.gate.limits_statements():
            self._beside_prod[_place(parameters)] = reading
        if _place(parameters) in self._unstampable:
            return ""
        return self.gate.stamp_for(reading, verdict, parameters)

    def watch(self, connection: Any, parameters: Mapping[str, str]) -> bool:
        """Return whether this connection's statements must be looked at: it leads into a cluster that holds PROD.

        Only then does the adapter put a hook into the driver's statements; nobody else pays for one.
        """
        reading = self._beside_prod.get(_place(parameters))
        if reading is not None:
            self._watched[connection] = reading
        return reading is not None

    def look_at(self, connection: Any, statement: object) -> None:
        """Refuse a statement that creates from, alters or drops PROD by its name.

        Raises:
            PolicyRefused: it does; nothing was sent.
        """
        reading = self._watched.get(connection)
        if reading is None:
            return
        text = statement.decode(errors="replace") if isinstance(statement, bytes) else str(statement)
        if victim := find_victim(text, reading):
            self.gate.refuse_victim(victim, reading)

    def give_up(self, parameters: Mapping[str, str]) -> None:
        """Remember that this role may not stamp this database. It stays unmarked, which stops nobody."""
        self._unstampable.add(_place(parameters))


def _place(parameters: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(parameters.get(key, "") for key in ("host", "port", "dbname", "user"))


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put ``make(original)`` in the place of a driver's own function, once, whatever is reloaded.

    Raises:
        SettingMismatch: this release of the driver has no such function, so it cannot be guarded.
    """
    original = getattr(owner, name, None)
    if original is None:
        raise SettingMismatch(
            f"This release of {getattr(owner, '__module__', owner.__name__)} has no {name}, where tierguard guards it.",
            hint="Install another release of the driver, or of tierguard.",
            rule="driver-unknown",
        )
    if not hasattr(original, _MARK):
        made = make(original)
        setattr(getattr(made, "__func__", made), _MARK, True)
        setattr(owner, name, made)
