"""What one tier of a database looks like: a value, and the form that ``--json`` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tierguard.databases.counting import Fill
    from tierguard.model import Finding, Tier


@dataclass(frozen=True, slots=True)
class TierState:
    """What one tier of a database looks like, for everything that shows or checks it.

    Attributes:
        configured: its URL is set.
        elsewhere: its URL is set in another environment, by the variable that holds the selected tier's here.
        place: where that URL leads, as ``host:port/database``.
        local: that is this machine.
        contacted: it was asked; PROD is not, unless this process chose it.
        reachable: it answered.
        marker: the tier that it says it is.
        proof: how well it proves that (:mod:`tierguard.deciding.verdict`); empty where it was not asked.
        cluster: the cluster's system identifier.
        oid: the database's oid.
        heads: the newest migrations of the checkout, one unless the history forks.
        fill: its size, rows and migrations; None where they were not looked at.
        strays: folders of its server that belong to no database, with their sizes in bytes.
        finding: what is wrong with its identity; an ERROR means that the gate refuses it.
        error: why it could not be looked at, without secrets.
        error_rule: the id of that error's rule.
    """

    configured: bool = False
    elsewhere: bool = False
    place: str = ""
    local: bool = False
    contacted: bool = False
    reachable: bool = False
    marker: Tier | None = None
    proof: str = ""
    cluster: str = ""
    oid: str = ""
    heads: tuple[str, ...] = ()
    fill: Fill | None = None
    strays: tuple[tuple[str, int], ...] = ()
    finding: Finding | None = None
    error: str = ""
    error_rule: str = ""

    @property
    def migrations(self) -> tuple[str, ...]:
        """Return the migrations that the database is at."""
        return self.fill.migrations if self.fill else ()

    @property
    def at_head(self) -> bool:
        """Return whether the database has exactly the newest migrations."""
        return self.migrations == self.heads

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``tierguard status --json`` prints it."""
        found, fill = self.finding, self.fill
        return {
            "configured": self.configured,
            **({"elsewhere": True} if self.elsewhere else {}),
            "endpoint": self.place or None,
            "contacted": self.contacted,
            "reachable": self.reachable,
            "marker": self.marker,
            "proof": self.proof or None,
            "head": _one_or_all(self.heads),
            "migration": _one_or_all(self.migrations),
            "rows": dict(fill.rows) if fill else {},
            "size": fill.size if fill else None,
            **({"at_least": list(fill.at_least)} if fill and fill.at_least else {}),
            **({"pooled": True} if fill and fill.pooled else {}),
            **({"unread": dict(fill.unread)} if fill and fill.unread else {}),
            **({"cluster": self.cluster, "oid": self.oid} if self.reachable else {}),
            **({"finding": found.as_dict()} if found else {}),
            **({"error": self.error, "error_rule": self.error_rule} if self.error else {}),
        }


def _one_or_all(names: tuple[str, ...]) -> str | list[str] | None:
    return names[0] if len(names) == 1 else list(names) or None
