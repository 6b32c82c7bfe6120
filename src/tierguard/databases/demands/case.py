"""The operation that demands are fulfilled for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tierguard.model import Decision, Entry, Target
    from tierguard.process.chosen import Process


@dataclass(frozen=True, slots=True)
class Case:
    """One operation, before it begins.

    Attributes:
        process: whose operation it is.
        goal: where it would be done.
        decision: what the policy said, with its demands.
        intent: what will be recorded of it.
        plan: what would be done, for a person to read.
        reference_only: the caller promises to write reference data only.
        kept_as: under which name the caller itself keeps what it replaces; empty where it does not.
    """

    process: Process = field(repr=False)
    goal: Target
    decision: Decision
    intent: Entry = field(repr=False)
    plan: str = ""
    reference_only: bool = False
    kept_as: str = ""
