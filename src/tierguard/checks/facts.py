"""What the checks look at, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tierguard.session import Session, current_session
from tierguard.survey import survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.config import Config
    from tierguard.model import Tier


@dataclass(frozen=True, slots=True)
class Facts:
    """The session, and the state of every tier of the default database as ``status`` shows it."""

    session: Session
    tiers: Mapping[Tier, Mapping[str, Any]]

    @property
    def config(self) -> Config:
        """Return the project's configuration."""
        return self.session.config

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the process environment as it was when the session began."""
        return self.session.environ


def gather(root: Path | None = None) -> Facts:
    """Look at this project's tiers. PROD is not contacted unless PROD was selected.

    Raises:
        SettingMissing: there is no configuration.
        AccessRefused: the process may use no tier at all.
    """
    session = current_session(root)
    session.choose()
    return Facts(session, survey(session))
