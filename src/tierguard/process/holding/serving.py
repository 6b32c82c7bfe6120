"""Statements of a server on PROD (production mode): judged by what they say, never held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.deciding.policy import decide
from tierguard.model import Operation, Outcome, Tier
from tierguard.process import covers
from tierguard.process.holding.planning import find_own
from tierguard.process.holding.settling import describe_entry, refuse
from tierguard.process.holding.steps import Act as Do

if TYPE_CHECKING:
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange
    from tierguard.statements.effects import Effects


def guard(session: Session, effects: Effects) -> Exchange:
    """Let a statement of a server be run, unless it destroys what a server never destroys.

    Raises:
        PolicyRefused: it would.
    """
    decision = decide(Tier.PROD, effects.gravest, session.ceiling.authority)
    if decision.outcome is Outcome.REFUSE and not covers.covers(effects.acts):
        refused = [
            act
            for act in effects.acts
            if decide(Tier.PROD, act.operation, session.ceiling.authority).outcome is Outcome.REFUSE
        ]
        if not (yield from find_own(refused)):
            verbs = ", ".join(dict.fromkeys(act.verb for act in refused))
            refuse(session, effects, f"{verbs}: {decision.reason}", _HINTS.get(effects.gravest, ""), decision.rule)
    if effects.gravest is Operation.BULK_WRITE:
        entry = describe_entry(session, effects, decision.reason, {})
        session.process.recorder.count(entry, session.ceiling)
    yield Do.RUN


_HINTS = {
    Operation.DESTROY: "A migration revision that declares what it destroys does this, or a person at a terminal.",
    Operation.ADMIN: "A person does this at a terminal.",
}
