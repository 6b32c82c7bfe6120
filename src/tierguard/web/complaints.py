"""Why a page shows no tier, for whoever runs the server: what is wrong for ever must not look like waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.process import terminal

if TYPE_CHECKING:
    from tierguard.web.claim import Claim


class Complaints:
    """Says once of each kind of failure why pages show no tier; they go on showing the rest."""

    def __init__(self) -> None:
        self._once = terminal.Once()

    def say(self, error: Exception, patience: float) -> None:
        """Say why the database was not asked, unless that was said."""
        if self._once.is_first(type(error).__name__):
            late = isinstance(error, TimeoutError)
            why = f"no answer within {patience:g} s" if late else f"{type(error).__name__}: {error}"
            terminal.warn(f"The probe of TierMiddleware failed ({why}), so answers say X-Database-Tier: unknown.")

    def wonder(self, claim: Claim) -> None:
        """Say that the database does not say which tier it is, unless that was said."""
        if self._once.is_first(claim.proof):
            terminal.warn(
                f"The database does not say its tier ({claim.proof}), so answers say X-Database-Tier: unknown."
            )
