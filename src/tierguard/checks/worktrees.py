"""INT databases of git worktrees that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.databases.survey import list_databases
from tierguard.deciding import derived
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.worktrees import find_repository
from tierguard.model import Finding, Level, Tier

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts
    from tierguard.evidence.worktrees import Repository


def check(facts: Facts) -> list[Finding]:
    """Return a note for each INT that a vanished worktree of this clone left on INT's server."""
    repository = find_repository(facts.config.root)
    asked = [name for name, tiers in facts.databases.items() if tiers[Tier.INT].contacted]
    separate = [name for name in asked if facts.config.database(name).sources[Tier.INT].per_worktree]
    return [finding for name in separate if repository for finding in _check_database(facts, name, repository)]


def _check_database(facts: Facts, database: str, repository: Repository) -> list[Finding]:
    names = list_databases(facts.process, database, Tier.INT)
    option = "" if database == DEFAULT else f" --database {database}"
    return [
        Finding(
            "worktree-gone",
            Level.INFO,
            f"{name} was INT of a git worktree that is gone.",
            f"Drop it: tierguard psql --tier int{option} --{_write_drops(name, names)}",
            "int",
        )
        for name in repository.find_vanished(names)
    ]


def _write_drops(name: str, names: tuple[str, ...]) -> str:
    """Return psql's arguments that drop a database, and what tools made beside it."""
    beside = [one for one in names if (parts := derived.parse(one)) and parts.base == derived.shorten(name)]
    return "".join(f" -c 'DROP DATABASE \"{one}\"'" for one in (name, *beside))
