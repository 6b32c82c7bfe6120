"""The gate that nobody asked for: put up when a program of this environment imports a driver first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard import startup
from tierguard.errors import SettingMismatch, TierguardError
from tierguard.evidence.config import load
from tierguard.evidence.keys import AT_START, BY_CALL
from tierguard.evidence.project import Found, discover
from tierguard.process import ending
from tierguard.process.chosen import current_process
from tierguard.process.installation import put_up

if TYPE_CHECKING:
    from tierguard.evidence.config import Config

MISSING: Final = "missing"
REACHES: Final = {
    AT_START: "Every Python of this environment is gated when it imports a driver.",
    BY_CALL: 'Only programs that call tierguard.install() are gated: the configuration says gate = "call".',
    MISSING: "Only programs that call tierguard.install() are gated: this environment has no start-up file.",
}


def reach(config: Config) -> str:
    """Return how far the gate of this environment reaches for the project: a key of :data:`REACHES`."""
    if config.gate == BY_CALL:
        return BY_CALL
    return AT_START if startup.has_run() else MISSING


def gate() -> None:
    """Gate this process if it belongs to a project. Nothing happens where there is none.

    Raises:
        SettingMissing: ``TIERGUARD_CONFIG`` names a file that is not there.
        SettingMismatch: the project's configuration is broken.
    """
    try:
        found = discover()
        if found.path is not None and load(found.path.parent).gate != BY_CALL:
            put_up(current_process(found.path.parent, early=True, conflict=_conflict(found)))
    except TierguardError:
        ending.watch()  # what is wrong with the settings should be one line too
        raise


def _conflict(found: Found) -> SettingMismatch | None:
    if found.rival is None:
        return None
    return SettingMismatch(
        f"Two projects claim this process: {found.path}, of the working directory, and {found.rival}, of the script.",
        hint="Start it in its project's folder, or set TIERGUARD_CONFIG to the right file.",
        rule="two-projects",
    )
