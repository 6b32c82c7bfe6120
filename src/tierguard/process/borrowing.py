"""Consent that was given above: what this process may do on PROD because ``tierguard run`` hands it down."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.deciding.selection import asked_for
from tierguard.deciding.terms import VARIABLE, Identity
from tierguard.errors import ConsentRefused, PolicyRefused
from tierguard.evidence import sources
from tierguard.model import Context, Operation, Tier
from tierguard.text.sealed import SealedTexts

OF_LOANS: Final = frozenset({"consent-elsewhere", "consent-lent"})  # rules by which :func:`bind` refuses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.deciding.verdict import Verdict
    from tierguard.model import Request
    from tierguard.process.chosen import Process
    from tierguard.process.lending.borrower import Lent, Line


def look_up(
    context: Context, request: Request, environ: Mapping[str, str], project: str, *, count: bool = True
) -> tuple[Context, Line | None]:
    """Return the evidence about a process with what is handed down to it, and the way to the lender.

    Nobody is asked where it would not count: an agent, a test run, CI, another tier.

    Args:
        context: the other evidence.
        request: what the process asked for.
        environ: its environment.
        project: whose process it is.
        count: it uses the consent, instead of looking at it.
    """
    beside = context.agent or context.tests or context.ci or request.service
    if not environ.get(VARIABLE, "").strip() or beside or asked_for(request) is not Tier.PROD:
        return context, None
    from tierguard.process.lending.borrower import Line, borrow

    line = Line(Path(environ[VARIABLE].strip()))
    loan, why = borrow(line, count=count)
    if loan is not None and loan.target != f"{project}/{Tier.PROD}":
        return replace(context, lapsed=f"it is for {loan.target}"), None
    return replace(context, loan=loan, lapsed=why), line


def take_up(process: Process, request: Request) -> Lent | None:
    """Let a process that is about to choose act on what is handed down to it, and ask its questions there."""
    process.context, line = look_up(process.context, request, process.environ, process.config.project)
    process.recorder.context = process.context
    if line is None or process.context.loan is None:
        return None
    from tierguard.process.lending.borrower import Lent

    process.prompter = line
    return Lent(process, process.context.loan, line)


def leave_behind(process: Process, tier: Tier | None) -> None:
    """Take out of this process what bounds a reading command on PROD, where it uses another tier."""
    given = os.environ.get("PGOPTIONS", "")
    bounds = {sources.read_only_options(one.sources[Tier.PROD]) for one in process.config.databases.values()}
    if tier is not Tier.PROD and given and any(given.endswith(one) for one in bounds):
        del os.environ["PGOPTIONS"]
        process.environ = SealedTexts({name: text for name, text in process.environ.items() if name != "PGOPTIONS"})


def bind(process: Process, reading: Reading, verdict: Verdict) -> Verdict:
    """Return the verdict about a connection, refused where handed-down consent does not cover it, or no longer."""
    lent = process.lent
    if lent is None or not verdict.allowed or verdict.tier not in {None, Tier.PROD}:
        return verdict
    wanted, found = lent.loan.identity, Identity.of(reading)
    if wanted != found:
        reason = f"{lent.loan.target}: consent was handed down for {wanted.describe()}, and this is {found.describe()}."
        hint = "A person starts the command with --database NAME for another database of the project."
        return replace(verdict, allowed=False, rule="consent-elsewhere", reason=reason, hint=hint)
    try:
        lent.check()
    except ConsentRefused as refused:
        return replace(verdict, allowed=False, rule=refused.rule, reason=refused.message, hint=refused.hint)
    return verdict


def check_operation(process: Process, operation: Operation) -> None:
    """Refuse what handed-down consent to read does not cover.

    Raises:
        PolicyRefused: this process was lent that, and ``operation`` is more.
    """
    loan = process.context.loan
    if loan is not None and loan.operation is Operation.READ and operation is not Operation.READ:
        raise PolicyRefused(
            f"{loan.target}: this process was started with consent to read, and {operation} is more.",
            ask="tierguard run --tier prod --operation write -- CMD",
            rule="consent-read",
        )
