"""Subclasses that stand in for psycopg2's C classes, which cannot be changed, wherever a module has a name for one."""

from __future__ import annotations

import sys
from abc import ABCMeta
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARK: Final = "__tierguard_stand_in__"


def find_raw(kind: Any) -> Any:
    """Return the C class that ``kind`` is or stands in for."""
    return kind.__base__ if _MARK in vars(kind) else kind


def find_stand_in(raw: Any) -> Any:
    """Return what stands in for a C class: the same one, whatever is reloaded."""
    return next((each for each in raw.__subclasses__() if _MARK in vars(each)), None) or _derive(raw)


def rebind(replaced: Mapping[Any, Any]) -> None:
    """Let every module's name for a key of ``replaced`` mean its value."""
    by_id = {id(old): new for old, new in replaced.items() if old is not new}
    for module in [module for module in sys.modules.values() if isinstance(module, ModuleType)]:
        names = ModuleType.__getattribute__(module, "__dict__")  # which loads no module that waits to be loaded
        for name, value in list(names.items()):
            if id(value) in by_id:
                names[name] = by_id[id(value)]


def _derive(raw: Any) -> Any:
    """Return a subclass of the C class that means the same to ``isinstance`` and ``issubclass``."""

    class Kind(ABCMeta):  # so that a class may be derived from it and an abstract one
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, raw) if cls is derived else super().__instancecheck__(instance)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, raw) if cls is derived else super().__subclasscheck__(subclass)

    members = {"__slots__": (), "__module__": raw.__module__, "__doc__": raw.__doc__, _MARK: True}
    derived = Kind(raw.__name__, (raw,), members)
    return derived
