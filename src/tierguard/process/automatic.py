"""The gate that nobody asked for: put up when a program of this environment imports a driver first."""

from __future__ import annotations

from tierguard.errors import SettingMismatch, TierguardError
from tierguard.evidence.config import BY_CALL, load
from tierguard.evidence.project import Found, discover
from tierguard.process.chosen import current_process
from tierguard.process.installation import _chain_excepthook, put_up


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
        _chain_excepthook()  # what is wrong with the settings should be one line too
        raise


def _conflict(found: Found) -> SettingMismatch | None:
    if found.rival is None:
        return None
    return SettingMismatch(
        f"Two projects claim this process: {found.path}, of the working directory, and {found.rival}, of the script.",
        hint="Start it in its project's folder, or set TIERGUARD_CONFIG to the right file.",
        rule="two-projects",
    )
