"""What the checks look at, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tierguard.databases.survey import survey
from tierguard.evidence.config import DEFAULT
from tierguard.process.chosen import Process, current_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tierguard.databases.state import TierState
    from tierguard.evidence.config import Config, Database
    from tierguard.model import Tier


@dataclass(frozen=True, slots=True)
class Facts:
    """The process, and the state of every tier of every database, by its name, as ``status`` shows it."""

    process: Process
    databases: Mapping[str, Mapping[Tier, TierState]]

    @property
    def config(self) -> Config:
        """Return the project's configuration."""
        return self.process.config

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the process environment as it was when the choice was prepared."""
        return self.process.environ

    def each(self) -> Iterator[tuple[str, str, Tier, TierState]]:
        """Give what each state is called (``INT``, ``INT of warehouse``), its database's name, its tier and itself."""
        for name, tiers in self.databases.items():
            for tier, state in tiers.items():
                yield f"{tier.label}{'' if name == DEFAULT else f' of {name}'}", name, tier, state


def gather(root: Path | None = None) -> Facts:
    """Look at this project's tiers, of each database that is judged. PROD is not contacted unless it was selected.

    Raises:
        SettingMissing: there is no configuration.
        AccessRefused: the process may use no tier at all.
    """
    process = current_process(root)
    process.choose()
    return Facts(process, {one.name: survey(process, one.name) for one in _list_distinct(process.config)})


def _list_distinct(config: Config) -> list[Database]:
    """Return the databases that are the project's, each once: a replica has the sources of what it is the same as."""
    ordered = sorted(config.databases.values(), key=lambda one: one.name != DEFAULT)
    judged = [one for one in ordered if not one.external]
    return [one for number, one in enumerate(judged) if all(one.sources != known.sources for known in judged[:number])]
