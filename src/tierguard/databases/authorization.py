"""The one choreography: resolve, identify, decide, consent, record the intent, back up, act, record the outcome."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import open_target, read_identity
from tierguard.databases.demands import check_demands, fulfil_demands
from tierguard.databases.demands.case import Case
from tierguard.databases.demands.snapshot import NOTHING_KEPT
from tierguard.deciding.location import locate
from tierguard.deciding.policy import decide
from tierguard.errors import AuditRefused, PolicyRefused
from tierguard.evidence import git
from tierguard.evidence.config import DEFAULT
from tierguard.model import Ceiling, Decision, Entry, Event, Operation, Outcome, Tier
from tierguard.process import terminal
from tierguard.process.borrowing import check_operation
from tierguard.process.chosen import current_process, resolve
from tierguard.process.covers import Declared, covering, is_authorized
from tierguard.process.installation import install
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.model import Target
    from tierguard.process.chosen import Process
    from tierguard.process.covers import Foretold

_NOTHING: Final = Declared()
_UNRECORDED = frozenset({Operation.READ, Operation.WRITE, Operation.OPAQUE, Operation.DDL})


@dataclass
class Grant:
    """Permission for one operation on one target, for as long as the ``with`` block lasts."""

    target: Target
    operation: Operation
    decision: Decision
    intent: Entry = field(repr=False)  # what was recorded before the block began
    reading: Reading = field(repr=False)  # what the target said of itself
    kept: str = ""  # under which name what was there is kept; empty where nothing is
    rows: int | None = None  # set by whoever acts; it goes into the record of the outcome
    detail: dict[str, Any] = field(default_factory=dict)

    def record_step(self, name: str) -> None:
        """Record that a step of this operation begins, before it does.

        Raises:
            AuditRefused: it cannot be recorded, so the step must not be made.
        """
        entry = replace(self.intent, event=Event.STEP, detail={"step": name})
        current_process().recorder.record(entry, Ceiling(self.target.tier, self.target.authority))


@contextmanager
def authorize(  # noqa: PLR0913 - each is said by the few callers that it concerns
    operation: Operation,
    *,
    target: Target | None = None,
    plan: str = "",
    declared: Declared = _NOTHING,
    foretold: Foretold | None = None,
    reference_only: bool = False,
    kept_as: str = "",
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Grant]:
    """Allow one operation, or refuse it; the attempt and its outcome are recorded.

    Args:
        operation: what the block will do.
        target: where; the process's own choice if left out.
        plan: what a person is shown before typing the target's name.
        declared: what the migration revisions that will run declare to lose and to administer.
        foretold: the statements that the plan tells of.
        reference_only: the block writes reference data only, which is all that may be seeded on PROD.
        kept_as: the name under which the block itself keeps what it replaces, instead of a snapshot made beforehand.
        detail: what the record of the intent says beside.

    Raises:
        PolicyRefused: the policy says no, or what it demands is not there; there is no flag.
        ConsentRefused: a person was needed and did not type the target's name.
        IdentityRefused: the database reached is not what the target says.
        AuditRefused: the attempt could not be recorded.
        ServerMissing: the database cannot be reached.
    """
    install()
    goal = target or resolve()
    process = current_process()
    ceiling = Ceiling(goal.tier, goal.authority)
    shared = process.config.database(goal.database).sources[goal.tier].shared
    decision = decide(goal.tier, operation, goal.authority, shared=shared, declared=bool(declared.destroys))
    intent = _describe(goal, operation, decision)
    case = Case(process, goal, decision, intent, plan, reference_only, kept_as)
    try:
        _match(goal, process.ceiling())
        check_operation(process, operation)
        _obey(goal, decision)
        check_demands(case)
        reading = _prove(goal)
        intent = replace(intent, target=locate(conninfo.parse(goal.sealed).effective(), reading))
        fulfilled = fulfil_demands(replace(case, intent=intent))
    except PolicyRefused as refusal:
        refused = replace(intent, rule=refusal.rule, reason=refusal.message)
        process.recorder.record_refusal(refused, goal.authority)
        raise
    kept = str(fulfilled.get("snapshot", ""))
    grant = Grant(goal, operation, decision, intent, reading, "" if kept.startswith(NOTHING_KEPT) else kept)
    if operation in _UNRECORDED and goal.tier is not Tier.PROD:
        with covering(operation, decision):
            yield grant
        return
    code = git.read_state(process.config.root)
    about = {**fulfilled, **detail, **({"git": dict(code)} if code else {})}
    process.recorder.record(replace(intent, detail=about), ceiling)
    started = time.perf_counter()
    try:
        with covering(operation, decision, declared=declared, foretold=foretold):
            yield grant
    except BaseException as error:
        _record_outcome(process, intent, ceiling, grant, started, f"failed: {type(error).__name__}")
        raise
    _record_outcome(process, intent, ceiling, grant, started, "done")


def require_grant(operation: Operation) -> None:
    """Refuse ``operation`` on the process's database, unless it is free there or an ``authorize`` around this holds.

    For code that does not open the connection that it works on.

    Raises:
        PolicyRefused: nobody allowed it.
    """
    process = current_process()
    ceiling = process.ceiling()
    if is_authorized(operation):
        return
    shared = process.config.database(DEFAULT).sources[ceiling.tier].shared
    decision = decide(ceiling.tier, operation, ceiling.authority, shared=shared)
    if decision.is_free or ceiling.tier is Tier.INT:  # what is handed over there is mostly a test's own connection
        return
    name = f"{process.config.project}/{ceiling.tier}"
    refusal = PolicyRefused(
        f"{name}: {decision.reason}, and no tierguard.authorize() around this allows it.",
        hint=f"Do it within tierguard.authorize(Operation.{operation.name}), which asks whoever has to be asked.",
        rule="unauthorized",
    )
    if decision.outcome is Outcome.REFUSE:
        refusal = PolicyRefused(f"{name}: {decision.reason}.", rule=decision.rule)
    raise record_refusal(process.target(), operation, refusal)


def _match(goal: Target, chosen: Ceiling) -> None:
    """Refuse a target that does not stem from this process's own choice: nobody grants himself a tier by naming it."""
    if Ceiling(goal.tier, goal.authority) != chosen:
        raise PolicyRefused(
            f"{goal.name}: this process chose {chosen.tier.label}, on the word of its {chosen.authority}.",
            hint="Take the target from tierguard.resolve().",
            rule="already-chosen",
        )


def _obey(goal: Target, decision: Decision) -> None:
    if decision.outcome is Outcome.REFUSE:
        raise PolicyRefused(f"{goal.name}: {decision.reason}.", rule=decision.rule)


def record_refusal(goal: Target, operation: Operation, refusal: PolicyRefused) -> PolicyRefused:
    """Record what a command refuses by itself, before anything was decided; return the refusal to be raised."""
    refused = _describe(goal, operation, Decision(Outcome.REFUSE, refusal.rule, refusal.message))
    current_process().recorder.record_refusal(refused, goal.authority)
    return refusal


def _prove(goal: Target) -> Reading:
    """Connect through the gate, which refuses what does not prove to be the target, and return what it is."""
    connection = open_target(goal)
    try:
        return read_identity(connection)
    finally:
        connection.close()


def _describe(goal: Target, operation: Operation, decision: Decision) -> Entry:
    return Entry(
        event=Event.OPERATION,
        database=goal.database or DEFAULT,
        tier=goal.tier,
        operation=operation,
        decision=Outcome.ALLOW,
        rule=decision.rule,
        reason=decision.reason,
        target=locate(conninfo.parse(goal.sealed).effective()),
    )


def _record_outcome(  # noqa: PLR0913, PLR0917 - one record's parts
    process: Process, intent: Entry, ceiling: Ceiling, grant: Grant, started: float, outcome: str
) -> None:
    detail = {"outcome": outcome, "ms": round((time.perf_counter() - started) * 1000), **grant.detail}
    if grant.rows is not None:
        detail["rows"] = grant.rows
    try:
        process.recorder.record(replace(intent, event=Event.OUTCOME, detail=detail), ceiling)
    except AuditRefused as refusal:  # the act is over: losing its outcome must not hide what it did
        terminal.warn(f"the outcome could not be recorded: {refusal}")
