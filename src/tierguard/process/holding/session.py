"""One connection to PROD: what protects it, and what its open transaction has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from tierguard.model import Authority, Ceiling, Operation, Tier
from tierguard.process.holding.rules import is_unbounding
from tierguard.statements.classifying import classify
from tierguard.statements.effects import GRAVITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.process.chosen import Process
    from tierguard.process.holding.counting import Tallies
    from tierguard.process.holding.dialog import Dialog
    from tierguard.process.standing import Standing
    from tierguard.statements.effects import Act


class State(Enum):
    """Where the server is, as the protocol says after every message (manual, section 55.2.1)."""

    IDLE = "idle"
    OPEN = "open"  # in a transaction block
    FAILED = "failed"  # in one that can only be rolled back


# Looked up once: every statement is compared with them.
_IDLE, _OPEN = State.IDLE, State.OPEN
_NONE: Final = 2**32 - 1  # the highest oid that there can be
_SERVED: Final = GRAVITY.index(Operation.DDL)  # a server may do this, and whatever is less grave


@dataclass(eq=False)
class Session:
    """A connection to PROD, or to what does not prove to be another tier, of a process that may use PROD.

    Attributes:
        process: whose connection it is.
        reading: what its database said.
        parameters: where it went, in libpq's keywords, without secrets.
        ceiling: on whose word.
        sealed: why nothing but reads goes on here; empty where the gate can hold a commit.
    """

    process: Process
    reading: Reading
    parameters: Mapping[str, str]
    ceiling: Ceiling
    sealed: str = ""
    bounded: bool = False  # for reading only, and each statement has a limit of time
    pooled: bool = False  # a pooler stands between: what is set for the session would stay in it for somebody else
    is_persons: bool = field(init=False)  # it is used on a person's word, so its commits are held
    # Of the transaction that is open:
    armed: bool = False  # no COMMIT succeeds until the gate lets it
    read_only: bool = False  # the program asked for that
    acts: list[Act] = field(default_factory=list)
    answered: list[Act] = field(default_factory=list)  # a person was shown beforehand what they do
    locks: set[int] = field(default_factory=set)  # what those may lock against everybody else
    # Each savepoint, the counters then, and what was off them:
    marks: list[tuple[str, Tallies, Tallies]] = field(default_factory=list)
    taken_off: Tallies = field(default_factory=dict)
    newest: int = _NONE  # the highest oid of a relation when it began
    asking: bool = False  # it is being counted and shown, or was when that was given up
    own: bool = False  # it is the gate's, around one statement
    abandoned: bool = False  # it is the gate's own, around a statement that was given up midway
    dialog: Dialog | None = None  # in which a person is asked now
    # Of the session:
    stale: bool = True  # its counters may hold what earlier transactions did
    shaken: bool = False  # code of the database ran in it, and may have changed its settings

    def __post_init__(self) -> None:
        self.is_persons = self.ceiling.authority is Authority.PERSON

    @property
    def place(self) -> str:
        """Return ``project/prod``: what a person types to agree."""
        return f"{self.process.config.project}/{Tier.PROD}"

    @property
    def standing(self) -> Standing:
        """Return on whose word this is."""
        assert self.process.standing is not None
        return self.process.standing

    def lets_pass(self, text: str | bytes, state: State) -> bool:
        """Return whether a statement may be sent at once: nothing has to be done around it.

        Every statement of every connection to PROD asks this.
        """
        effects = classify(text)
        if not self.is_persons:
            return effects.gravity <= _SERVED
        if not effects.is_plain or (self.bounded and is_unbounding(text, effects)):
            return False
        if state is _OPEN:
            return self.armed or self.read_only or (bool(self.sealed) and not self.pooled)
        return state is _IDLE and not self.shaken

    def begin_anew(self) -> None:
        """Forget the transaction that is over."""
        self.shaken |= any(act.operation not in _PLAIN for act in self.acts)
        self.armed = self.read_only = self.abandoned = self.asking = self.own = False
        self.taken_off, self.newest = {}, _NONE
        for each in (self.acts, self.answered, self.locks, self.marks):
            each.clear()


_PLAIN = frozenset({Operation.READ, Operation.WRITE, Operation.BULK_WRITE})
