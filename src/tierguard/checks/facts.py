"""What the checks look at, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tierguard.databases.survey import survey
from tierguard.process.chosen import Process, current_process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.databases.state import TierState
    from tierguard.evidence.config import Config
    from tierguard.model import Tier


@dataclass(frozen=True, slots=True)
class Facts:
    """The process, and the state of every tier of the default database as ``status`` shows it."""

    process: Process
    tiers: Mapping[Tier, TierState]

    @property
    def config(self) -> Config:
        """Return the project's configuration."""
        return self.process.config

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the process environment as it was when the choice was prepared."""
        return self.process.environ


def gather(root: Path | None = None) -> Facts:
    """Look at this project's tiers. PROD is not contacted unless PROD was selected.

    Raises:
        SettingMissing: there is no configuration.
        AccessRefused: the process may use no tier at all.
    """
    process = current_process(root)
    process.choose()
    return Facts(process, survey(process))
