"""Every driver's gate: in this process, now, and for drivers that are imported later."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING, Final

from tierguard.errors import TierguardError
from tierguard.gate import Gate
from tierguard.session import current_session

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType, TracebackType

# The driver's module, and the adapter whose hook() gates it. Named, not imported: nobody loads a driver he lacks.
DRIVERS: Final = {
    "psycopg": "tierguard.adapters.psycopg",
}

_lock = threading.Lock()
_gate: Gate | None = None


def install(root: Path | None = None) -> Gate:
    """Gate every driver of this process, once. Chooses no URL, asks nobody, prints nothing.

    Args:
        root: where to look for the configuration, if not in the working directory.

    Raises:
        SettingMissing: there is no configuration.
    """
    global _gate
    with _lock:
        if _gate is None:
            import wrapt

            gate = Gate(current_session(root))
            for driver, adapter in DRIVERS.items():
                wrapt.when_imported(driver)(_hooker(adapter, gate))
            _chain_excepthook()
            _gate = gate
        return _gate


def _hooker(adapter: str, gate: Gate):  # type: ignore[no-untyped-def] # noqa: ANN202 - wrapt's own signature
    def hook(module: ModuleType) -> None:
        importlib.import_module(adapter).hook(module, gate)

    return hook


def _chain_excepthook() -> None:
    """Make an uncaught error of ours one line and its exit code; others go to the hook that was there."""
    previous = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, TierguardError):
            sys.stderr.write(f"{render(error)}\n")
            raise SystemExit(error.exit_code)  # the interpreter takes its exit code from here
        previous(kind, error, trace)

    sys.excepthook = show


def render(error: TierguardError) -> str:
    """Return the one line that a person sees for ``error``, secrets masked."""
    from tierguard.masking import mask

    rule = f" ({error.rule})" if error.rule else ""
    return mask(f"tierguard{rule}: {error}".replace("\n", " "))
