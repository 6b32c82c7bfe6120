"""The one choreography: resolve, identify, decide, consent, record the intent, back up, act, record the outcome."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tierguard.databases.connection import open_target, read_identity
from tierguard.deciding.policy import decide
from tierguard.errors import AuditRefused, PolicyRefused
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.detect import read_git_state
from tierguard.model import Ceiling, Decision, Entry, Operation, Outcome, Tier
from tierguard.process import terminal
from tierguard.process.chosen import current_process, resolve
from tierguard.process.consent import Question, ask, require_person, this_command
from tierguard.process.installation import install
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.deciding.identity import Reading
    from tierguard.model import Target
    from tierguard.process.chosen import Process

_held: ContextVar[tuple[Grant, ...]] = ContextVar("held", default=())
_UNRECORDED = frozenset({Operation.READ, Operation.WRITE, Operation.OPAQUE, Operation.DDL})


@dataclass
class Grant:
    """Permission for one operation on one target, for as long as the ``with`` block lasts."""

    target: Target
    operation: Operation
    decision: Decision
    intent: Entry = field(repr=False)  # what was recorded before the block began
    rows: int | None = None  # set by whoever acts; it goes into the record of the outcome
    detail: dict[str, Any] = field(default_factory=dict)

    def record_step(self, name: str) -> None:
        """Record that a step of this operation begins, before it does.

        Raises:
            AuditRefused: it cannot be recorded, so the step must not be made.
        """
        entry = replace(self.intent, event="step", detail={"step": name})
        current_process().recorder.record(entry, Ceiling(self.target.tier, self.target.authority))


@contextmanager
def authorize(
    operation: Operation,
    *,
    target: Target | None = None,
    plan: str = "",
    declared: bool = False,
) -> Iterator[Grant]:
    """Allow one operation, or refuse it; the attempt and its outcome are recorded.

    Args:
        operation: what the block will do.
        target: where; the process's own choice if left out.
        plan: what a person is shown before typing the target's name.
        declared: the migration revision declares that it destroys data.

    Raises:
        PolicyRefused: the policy says no; there is no flag.
        ConsentRefused: a person was needed and did not type the target's name.
        IdentityRefused: the database reached is not what the target says.
        AuditRefused: the attempt could not be recorded.
        ServerMissing: the database cannot be reached.
    """
    install()
    goal = target or resolve()
    process = current_process()
    ceiling = Ceiling(goal.tier, goal.authority)
    source = process.config.database(goal.database).sources[goal.tier]
    decision = decide(goal.tier, operation, goal.authority, shared=source.shared, declared=declared)
    intent = _describe(goal, operation, decision)
    try:
        _match(goal, process.ceiling())
        _check(goal, decision, attested=source.backup == "provider", plan=plan)
        question = _question(process, goal, decision, plan, intent) if decision.typed_name else None
        if question:
            require_person(process, question)
        intent = _identified(intent, _prove(goal))
    except PolicyRefused as refusal:
        refused = replace(intent, rule=refusal.rule, reason=refusal.message)
        process.recorder.record_refusal(refused, goal.authority)
        raise
    agreed = {"consent": ask(process, replace(question, record=intent))} if question else {}
    grant = Grant(goal, operation, decision, intent)
    if operation in _UNRECORDED and goal.tier is not Tier.PROD:
        with _holding(grant):
            yield grant
        return
    git = read_git_state(process.config.root)
    process.recorder.record(replace(intent, detail={**agreed, **({"git": dict(git)} if git else {})}), ceiling)
    started = time.perf_counter()
    try:
        with _holding(grant):
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
    if any(grant.operation is operation for grant in _held.get()):
        return
    shared = process.config.database(DEFAULT).sources[ceiling.tier].shared
    decision = decide(ceiling.tier, operation, ceiling.authority, shared=shared)
    if decision.is_free:
        return
    name = f"{process.config.project}/{ceiling.tier}"
    refusal = PolicyRefused(
        f"{name}: {decision.reason}, and nothing around this allows it.",
        hint=f"Do it within tierguard.authorize(Operation.{operation.name}), which asks whoever has to be asked.",
        rule="unauthorized",
    )
    if decision.outcome is Outcome.REFUSE:
        refusal = PolicyRefused(f"{name}: {decision.reason}.", rule=decision.rule)
    raise record_refusal(process.target(), operation, refusal)


@contextmanager
def _holding(grant: Grant) -> Iterator[None]:
    token = _held.set((*_held.get(), grant))
    try:
        yield
    finally:
        _held.reset(token)


def _match(goal: Target, chosen: Ceiling) -> None:
    """Refuse a target that does not stem from this process's own choice: nobody grants himself a tier by naming it."""
    if Ceiling(goal.tier, goal.authority) != chosen:
        raise PolicyRefused(
            f"{goal.name}: this process chose {chosen.tier.label}, on the word of its {chosen.authority}.",
            hint="Take the target from tierguard.resolve().",
            rule="already-chosen",
        )


def record_refusal(goal: Target, operation: Operation, refusal: PolicyRefused) -> PolicyRefused:
    """Record what a command refuses by itself, before anything was decided; return the refusal to be raised."""
    refused = _describe(goal, operation, Decision(Outcome.REFUSE, refusal.rule, refusal.message))
    current_process().recorder.record_refusal(refused, goal.authority)
    return refusal


def _check(goal: Target, decision: Decision, *, attested: bool, plan: str) -> None:
    if decision.outcome is Outcome.REFUSE:
        raise PolicyRefused(f"{goal.name}: {decision.reason}.", rule=decision.rule)
    if decision.backup and not attested:
        raise PolicyRefused(
            f"{goal.name}: {decision.reason}, and nothing attests that there is a backup.",
            hint='Where the provider takes backups, commit prod.backup = "provider" to the configuration.',
            rule="prod-backup",
        )
    if decision.plan and not plan.strip():
        raise PolicyRefused(
            f"{goal.name}: {decision.reason}, and there is no plan that says which.",
            hint="Pass authorize() the plan: what would be gone, for a person to read before typing the name.",
            rule="plan-required",
        )


def _prove(goal: Target) -> Reading:
    """Connect through the gate, which refuses what does not prove to be the target, and return what it is."""
    connection = open_target(goal)
    try:
        return read_identity(connection)
    finally:
        connection.close()


def _identified(intent: Entry, reading: Reading) -> Entry:
    """Return the record with the database that answered, by its own word instead of the URL's."""
    known = {"database": reading.db, "cluster": reading.sysid}
    return replace(intent, target={**intent.target, **{key: value for key, value in known.items() if value}})


def _question(process: Process, goal: Target, decision: Decision, plan: str, intent: Entry) -> Question:
    return Question(
        goal.tier,
        (
            f"{decision.reason}.",
            f"Target: {conninfo.parse(goal.sealed).endpoint}",
            *(f"  {line}" for line in plan.splitlines()),
        ),
        expected=goal.name,
        refusal=f"{goal.name}: {decision.reason}, and nothing was run",
        command=this_command(process, goal.tier),
        rule="typed-name",
        record=intent,
    )


def _describe(goal: Target, operation: Operation, decision: Decision) -> Entry:
    parts = conninfo.parse(goal.sealed).effective()
    return Entry(
        event="operation",
        database=goal.database or DEFAULT,
        tier=goal.tier,
        operation=operation,
        decision="allow",
        rule=decision.rule,
        reason=decision.reason,
        target={
            "host": parts.get("host", ""),
            "port": parts.get("port", ""),
            "database": parts.get("dbname", ""),
            "cluster": "",
        },
    )


def _record_outcome(  # noqa: PLR0913, PLR0917 - one record's parts
    process: Process, intent: Entry, ceiling: Ceiling, grant: Grant, started: float, outcome: str
) -> None:
    undo = {"snapshot": "none"} if grant.decision.snapshot else {}
    detail = {"outcome": outcome, "ms": round((time.perf_counter() - started) * 1000), **undo, **grant.detail}
    if grant.rows is not None:
        detail["rows"] = grant.rows
    try:
        process.recorder.record(replace(intent, event="outcome", detail=detail), ceiling)
    except AuditRefused as refusal:  # the act is over: losing its outcome must not hide what it did
        terminal.warn(f"the outcome could not be recorded: {refusal}")
