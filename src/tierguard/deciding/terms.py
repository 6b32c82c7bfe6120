"""Consent that is handed down: for what, by whom, for how long. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tierguard.model import Operation

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading

VARIABLE: Final = "TIERGUARD_CONSENT"  # says where consent is handed down; it grants nothing
LONGEST: Final = 8 * 3600  # seconds: a working day; nobody remembers tomorrow what they agreed to
LENDABLE: Final = (Operation.READ, Operation.WRITE)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600}
_DURATION: Final = re.compile(r"([0-9]{1,6})([smh])")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which database a consent is for: what the database itself said when the person agreed."""

    sysid: str
    oid: str
    db: str

    @classmethod
    def of(cls, reading: Reading) -> Identity:
        """Return the identity in what a database said."""
        return cls(reading.sysid, reading.oid, reading.db)

    def describe(self) -> str:
        """Return it for people."""
        return f"database {self.db} (oid {self.oid}) of cluster {self.sysid}"


@dataclass(frozen=True, slots=True)
class Loan:
    """A person's consent, as ``tierguard run`` hands it down to the command that it runs.

    Attributes:
        operation: the gravest thing that it covers: ``READ``, or ``WRITE`` for whatever is then shown and agreed to.
        target: ``project/tier``.
        reason: why, in the person's words; may be empty for reading.
        identity: the database that it is for.
        lender: the process that hands it down.
        until: when it ends, as the lender's clock on the wall had it then: for people only.
    """

    operation: Operation
    target: str
    reason: str
    identity: Identity
    lender: int
    until: str

    def describe(self) -> str:
        """Return it for people."""
        why = f", because: {self.reason}" if self.reason else ""
        return f"consent to {self.operation} until {self.until}, handed down by process {self.lender}{why}"

    def as_detail(self) -> dict[str, object]:
        """Return it for an audit record."""
        return {"operation": str(self.operation), "reason": self.reason, "lender": self.lender, "until": self.until}


def parse_duration(text: str) -> int:
    """Return the seconds that ``text`` says, such as ``30m``.

    Raises:
        ValueError: it is no such text, or nothing, or more than :data:`LONGEST`; the message says what is allowed.
    """
    found = _DURATION.fullmatch(text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= LONGEST:
        raise ValueError("a number and s, m or h: 45s, 30m, 8h; at most 8h")
    return seconds
