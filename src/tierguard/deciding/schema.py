"""Whether a database's schema is the code's: values in, values out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Schema:
    """A database's migrations beside a checkout's.

    Attributes:
        at: those that the database is at.
        heads: the newest of the checkout; empty where it has none.
        known: all of the checkout.
    """

    at: tuple[str, ...]
    heads: tuple[str, ...]
    known: frozenset[str]

    @property
    def fits(self) -> bool:
        """Return whether the database is where the code is, or the code has no migrations."""
        return not self.heads or self.at == self.heads

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the migrations of the database that the checkout does not have: it is newer, or another's."""
        return tuple(one for one in self.at if one not in self.known)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``tierguard undo --json`` prints it."""
        return {"at": list(self.at), "heads": list(self.heads), "fits": self.fits, "unknown": list(self.unknown)}
