"""Do something to a module whenever it is executed: now, at a later import, and again when it is reloaded."""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    Act = Callable[[ModuleType], None]


def when_executed(acts: dict[str, Act]) -> None:
    """Call each act with its module, by name: at once if it is imported already, and after every execution of it.

    An act that raises makes the import fail, so nobody gets a module that it was not done to.
    """
    sys.meta_path.insert(0, Finder(acts))
    for name, act in acts.items():
        if name in sys.modules:
            act(importlib.import_module(name))  # waits for another thread that is in the middle of the import


class Finder(MetaPathFinder):
    """Finds nothing itself: lets the others find, and puts the act behind their loader."""

    def __init__(self, acts: dict[str, Act]) -> None:
        self.acts = acts
        self._searching = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find, with the act behind it."""
        if fullname not in self.acts or getattr(self._searching, "name", None) == fullname:
            return None
        self._searching.name = fullname
        try:
            for finder in sys.meta_path:
                spec = finder.find_spec(fullname, path, target) if finder is not self else None
                if spec is not None:
                    if spec.loader is not None:
                        spec.loader = ActingLoader(spec.loader, self.acts[fullname])
                    return spec
        finally:
            self._searching.name = None
        return None


class ActingLoader(Loader):
    """A loader that acts on the module which another loader executed. It steps aside afterwards."""

    def __init__(self, loader: Loader, act: Act) -> None:
        self._loader = loader
        self._act = act

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, then act on it."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._act(module)

    def __getattr__(self, name: str) -> Any:
        """Answer as the module's own loader: it is asked for sources and data files."""
        return getattr(self._loader, name)
