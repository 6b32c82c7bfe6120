"""Statements of a server on PROD (production mode): judged by what they say, never held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.deciding.policy import decide
from tierguard.model import Operation, Outcome, Tier
from tierguard.process import covers
from tierguard.process.holding.owning import are_empty, owns
from tierguard.process.holding.session import State
from tierguard.process.holding.settling import describe_entry, refuse
from tierguard.process.holding.steps import Act as Do
from tierguard.process.radius import survey
from tierguard.process.radius.losing import find_lost

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tierguard.process.admission import Answer
    from tierguard.process.covers import Declared
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange, Step
    from tierguard.statements.effects import Act, Effects

# By these a revision may change who may do what with the project's own things. Roles and the server are nobody's.
ADMINISTERING: Final = frozenset(
    [
        *("GRANT", "REVOKE", "ALTER DEFAULT PRIVILEGES", "ALTER OWNER", "ALTER TABLE", "ALTER VIEW"),
        *("CREATE POLICY", "ALTER POLICY"),
    ]
)
_HINTS: Final = {
    Operation.DESTROY: "A migration revision that declares what it destroys does this, or a person at a terminal.",
    Operation.ADMIN: "A person does this at a terminal.",
}


def guard(session: Session, effects: Effects, state: State) -> Exchange:
    """Let a statement of a server be run, unless it destroys or administers what a server does not.

    Raises:
        PolicyRefused: it would.
    """
    refused = [act for act in effects.acts if not _is_allowed(session, act)]
    if refused and not (state is State.FAILED and len(effects.acts) == 1):  # that one the server itself refuses
        yield from _judge(session, effects, refused, state)
    if effects.gravest is Operation.BULK_WRITE:
        reason = decide(Tier.PROD, Operation.BULK_WRITE, session.ceiling.authority).reason
        session.process.recorder.count(describe_entry(session, effects, reason, {}), session.ceiling)
    yield Do.RUN


def _is_allowed(session: Session, act: Act) -> bool:
    return decide(Tier.PROD, act.operation, session.ceiling.authority).outcome is not Outcome.REFUSE


def _judge(session: Session, effects: Effects, refused: list[Act], state: State) -> Exchange:
    if state is not State.FAILED and (yield from owns(refused, effects.acts)):
        return
    declared = covers.find_declared()
    if declared is None and state is not State.FAILED and (yield from are_empty(refused, effects.acts)):
        return
    for operation in (Operation.DROP_DATABASE, Operation.ADMIN, Operation.DESTROY):
        acts = [act for act in refused if act.operation is operation]
        if not acts:
            continue
        decision = decide(Tier.PROD, operation, session.ceiling.authority)
        verbs = ", ".join(dict.fromkeys(act.verb or "what cannot be read" for act in acts))
        reason, hint = f"{verbs}: {decision.reason}", _HINTS.get(operation, "")
        if declared is not None and operation is Operation.ADMIN:
            reason, hint = _find_undeclared(acts, declared)
        elif declared is not None and operation is Operation.DESTROY and state is not State.FAILED:
            reason, hint = yield from _find_undeclared_losses(acts, declared)
        if reason:
            refuse(session, effects, reason, hint, decision.rule)
    entry = describe_entry(session, effects, "the revision declares it, or nothing that is stored is lost", {})
    session.process.recorder.record(entry, session.ceiling)


def _find_undeclared(acts: Sequence[Act], declared: Declared) -> tuple[str, str]:
    """Return what ``acts`` administer without saying so, and what would say so; empty where all is said."""
    verbs = list(dict.fromkeys(act.verb for act in acts))
    if never := [verb for verb in verbs if verb not in ADMINISTERING]:
        return f"{', '.join(never)}: a server never changes PROD's roles or settings", _HINTS[Operation.ADMIN]
    if missing := [verb for verb in verbs if verb not in declared.administers]:
        return f"no revision declares that it runs {', '.join(missing)}", write_line("administers", missing)
    return "", ""


def _find_undeclared_losses(acts: Sequence[Act], declared: Declared) -> Generator[Step, Answer | None, tuple[str, str]]:
    """Return what ``acts`` lose without saying so, and what would say so; empty where all is said."""
    if any(not act.objects and not act.writes for act in acts) and not declared.destroys:
        return "a revision loses what cannot be read from its text", "Send each statement by itself, and declare it."
    plan = yield from survey(acts)
    if lost := find_lost(plan.trees, declared.destroys | declared.made):
        return f"no revision declares that it loses {', '.join(lost)}", write_line("destroys", lost)
    return "", ""


def write_line(name: str, values: Sequence[str]) -> str:
    """Return how a revision declares something."""
    listed = ", ".join(repr(value) if '"' in value else f'"{value}"' for value in values)
    return f"A revision that means to says so in a line of its own: {name} = [{listed}]"
