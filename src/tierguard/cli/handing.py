"""Consent that ``tierguard run`` hands down to the command that it runs on PROD."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tierguard.cli import launching, options
from tierguard.deciding.terms import LONGEST, VARIABLE, Identity, Loan
from tierguard.errors import PolicyRefused
from tierguard.model import Authority, Operation, Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tierguard.databases.authorization import Grant
    from tierguard.evidence.config import Config
    from tierguard.model import Target
    from tierguard.process.chosen import Process
    from tierguard.process.lending.lender import Lender

_SHOWN: Final = 60  # characters of the command in the question


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line; a part that was left out is None, or empty."""

    operation: Operation | None
    seconds: int | None
    reason: str

    @property
    def lent(self) -> Operation:
        """Return what is handed down on PROD."""
        return self.operation or Operation.READ

    @property
    def is_none(self) -> bool:
        """Return whether nothing was asked for."""
        return self == Wish(None, None, "")


def announce(process: Process, wish: Wish, database: str, command_line: Sequence[str]) -> None:
    """Let the question before PROD say to what the consent is handed down."""
    from tierguard.process.consent import Purpose

    command = shlex.join(command_line)
    shown = command if len(command) <= _SHOWN else f"{command[:_SHOWN]}…"
    until = f"until it ends and for {_describe(wish.seconds or LONGEST)} at most"
    line = f"Your consent is handed down, to {wish.lent} there, {until}, to what this starts: {shown}"
    rows = process.config.database(database).sources[Tier.PROD].ask_above
    about_writing = (
        f"You are asked here before a Python program commits more than {rows} rows in all.",
        "Any other program commits what it likes: nothing counts that.",
    )
    lines = (line, *about_writing) if wish.lent is Operation.WRITE else (line,)
    process.purpose = Purpose(lines, named=wish.lent is Operation.WRITE, reason=wish.reason)


def find_kind(process: Process, target: Target, wish: Wish) -> Operation | None:
    """Return what is to be handed down to the command; None where it needs nothing, or has it from above already.

    Raises:
        PolicyRefused: more was asked for than was handed down to this process, or nobody below could recognise it.
    """
    from tierguard.process.lending.recognition import is_command

    if target.tier is not Tier.PROD:
        if not wish.is_none:
            options.say(
                f"{target.tier.label} needs no consent: --operation, --for and --reason mean nothing there.", err=True
            )
        return None
    if target.authority is not Authority.PERSON and wish.operation is not Operation.READ:  # that only tightens
        if not wish.is_none:
            text = "A server's own environment: nobody is asked, so nothing but --operation read is handed down."
            options.say(text, tier=target.tier, err=True)
        return None
    loan = process.context.loan
    if loan is not None:
        if wish.seconds is not None or wish.operation not in {None, loan.operation}:
            raise PolicyRefused(
                f"{target.name}: what is handed down here already is {loan.describe()}.",
                hint="Leave --operation and --for out, or run the command at a terminal of its own.",
                rule="consent-lent",
            )
        return None
    if not is_command(os.getpid()):
        raise PolicyRefused(
            f"{target.name}: what runs here is not the command tierguard of this environment, so no program below it "
            "would believe what it hands down.",
            hint="Start it as: tierguard run",
            rule="consent-lent",
        )
    return wish.lent


def detail_of(kind: Operation, wish: Wish, process: Process, command_line: Sequence[str]) -> dict[str, Any]:
    """Return what the record says of a consent when it begins."""
    assert process.purpose is not None
    return {
        "lent": {
            "operation": str(kind),
            "seconds": wish.seconds or LONGEST,
            "reason": process.purpose.reason,
            "program": os.path.basename(command_line[0]),  # noqa: PTH119 - a word, no path
            "held": "none" if kind is Operation.READ else "python",  # whose commits are counted and asked about
        }
    }


def hand_down(  # noqa: PLR0913, PLR0917 - each comes from somewhere else
    grant: Grant, wish: Wish, process: Process, config: Config, password_file: str, command_line: Sequence[str]
) -> int:
    """Run the command while its consent is served to it, and return its exit code."""
    from tierguard.process.lending import adoption
    from tierguard.process.lending.asking import ask_in_front
    from tierguard.process.lending.lender import Lender

    target, seconds = grant.target, wish.seconds or LONGEST
    assert process.purpose is not None
    until = (datetime.now().astimezone() + timedelta(seconds=seconds)).strftime("%H:%M")
    loan = Loan(grant.operation, target.name, process.purpose.reason, Identity.of(grant.reading), os.getpid(), until)
    rows = config.database(target.database).sources[target.tier].ask_above
    adoption.adopt()
    with Lender(loan, seconds, rows, ask_in_front(process)) as lender:
        environment = launching.environment(
            config, target, password_file, read_only=grant.operation is Operation.READ
        ) | {VARIABLE: os.fspath(lender.path)}
        code = launching.run(command_line, environment, adopting=True)
    _note(grant, lender, code)
    return code


def _note(grant: Grant, lender: Lender, code: int) -> None:
    usage = lender.usage
    grant.detail = {
        "lent": {
            "exit": code,
            "processes": len(usage.processes),
            "questions": usage.questions,
            "unasked": lender.account.spent,
            "extended": usage.extended,
            "strangers": usage.strangers,
        }
    }


def _describe(seconds: int) -> str:
    number, unit = next(
        (seconds // size, unit) for size, unit in ((3600, "h"), (60, "m"), (1, "s")) if not seconds % size
    )
    return f"{number}{unit}"
