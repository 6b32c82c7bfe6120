"""Do something to a module whenever it is executed: now, at a later import, when it is reloaded or loaded by its file.

Finders come and go, and libraries put theirs in front of others' (import hooks, tracers). Whatever found a module, and
under whatever name, importlib prepares it from its spec in one function before it is executed. There the act is put
behind the spec's loader. The function is private, but the reference of the import system describes it by its name.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib import _bootstrap
from typing import TYPE_CHECKING, Any

from tierguard import startup
from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Act = Callable[[ModuleType], None]


def when_executed(acts: dict[str, Act]) -> None:
    """Call each act with its module, by name: at once if it is imported already, and after every execution of it.

    A copy that is loaded by its file, ``a/b.py`` for ``a.b``, counts too, whatever it is called. An act that raises
    makes the import fail, so nobody gets a module that it was not done to.

    Raises:
        SettingMismatch: this Python has no such place, so nothing could be done to any module.
    """
    prepare = getattr(_bootstrap, "_init_module_attrs", None)
    if prepare is None:
        raise SettingMismatch(
            "This release of Python prepares modules in a way that tierguard does not know, so no driver can be gated.",
            hint="Use another release of Python, or of tierguard.",
            rule="driver-unknown",
        )

    def prepare_and_act(spec: Any, module: ModuleType, **options: Any) -> Any:
        prepared = prepare(spec, module, **options)
        act = acts.get(spec.name) or acts.get(_name_by_file(spec.origin or ""))
        if act is not None and spec.loader is not None:
            spec.loader = ActingLoader(spec.loader, act)
        return prepared

    _bootstrap._init_module_attrs = prepare_and_act  # noqa: SLF001
    for name, act in acts.items():
        if name in sys.modules:
            importlib.import_module(name.partition(".")[0])  # waits for a thread that is in the middle of its import
            act(importlib.import_module(name))


def _name_by_file(path: str) -> str:
    """Return what the module in a file is called by its package, such as ``a.b`` for ``/x/a/b.abi3.so``.

    An empty string where ``/x`` is neither on ``sys.path`` nor the environment's own folder, which a program may have
    taken off it: other packages have parts that are called as a driver is.
    """
    folder, _, file = path.rpartition(os.sep)
    place, _, package = folder.rpartition(os.sep)
    return f"{package}.{file.partition('.')[0]}" if place in sys.path or (place and place == startup.folder()) else ""


class ActingLoader:
    """A loader that acts on the module which another loader executed. It steps aside afterwards."""

    def __init__(self, loader: Any, act: Act) -> None:
        self._loader = loader
        self._act = act

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, then act on it."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._act(module)

    def __getattr__(self, name: str) -> Any:
        """Answer as the module's own loader: it is asked for sources and data files."""
        return getattr(self._loader, name)
