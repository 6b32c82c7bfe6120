"""The drivers, and how each is gated: its inner modules as soon as they are executed, and the package is checked after.

A release that cannot be gated is not imported. Which releases are known to work stands in pyproject.toml and is tested;
what counts here is only whether the functions are there.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from functools import partial
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

from tierguard.errors import SettingMismatch
from tierguard.process.admission import is_replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from tierguard.process.gate import Gate

# A driver, and its modules that make connections or send statements; the adapter of the same name gates each. Named,
# not imported: nobody loads a driver that he lacks. The innermost modules, so that a half-imported package is gated
# before it is used.
DRIVERS: Final = {
    "psycopg": ("_connection_base", "connection", "_cursor_base", "cursor", "client_cursor"),  # two of them since 3.2
    "psycopg2": ("_psycopg",),
    "asyncpg": ("connect_utils",),
    "pg8000": ("core",),
}


def acts(gate: Gate) -> dict[str, Callable[[ModuleType], None]]:
    """Return what is done to the modules of drivers: the inner ones are gated, then the package is checked."""
    found: dict[str, Callable[[ModuleType], None]] = {}
    for driver, modules in DRIVERS.items():
        found |= {f"{driver}.{module}": partial(_gate, driver, gate) for module in modules}
        found[driver] = partial(_check, driver)
    return found


def _gate(driver: str, gate: Gate, module: ModuleType) -> None:
    with _known(driver):
        importlib.import_module(f"tierguard.adapters.{driver}").hook(module, gate)


def _check(driver: str, _: ModuleType) -> None:
    """Make sure that the driver's connections pass the gate, and that it has what statements are looked at with."""
    adapter = importlib.import_module(f"tierguard.adapters.{driver}")
    with _known(driver):
        for name in adapter.NEEDED:
            resolve_name(name)
        if not is_replaced(resolve_name(adapter.CONNECTS)):
            raise AttributeError(f"{adapter.CONNECTS} is not where the gate expects it")


@contextmanager
def _known(driver: str) -> Iterator[None]:
    try:
        yield
    except (AttributeError, ImportError) as error:
        raise SettingMismatch(
            f"This release of {driver} cannot be gated: {error}.",
            hint="Install a release that tierguard's page on drivers names, or another release of tierguard.",
            rule="driver-unknown",
        ) from error
