"""What is asked about before it runs: what locks everybody else out meanwhile, or no transaction can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.process import covers
from tierguard.process.holding.counting import NEWEST
from tierguard.process.holding.settling import describe_entry, put
from tierguard.process.radius import survey
from tierguard.statements.effects import Effects, Hold
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tierguard.process.admission import Answer
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Exchange, Step
    from tierguard.statements.effects import Act

_RUN: Final = "to run exactly this, anything else stops here"
_BEFOREHAND: Final = frozenset({Hold.EXCLUSIVE, Hold.ALONE})


def ask_beforehand(session: Session, effects: Effects) -> Exchange:
    """Show a person what a statement reaches, before it runs; nothing else is asked of it then.

    Raises:
        ConsentRefused: nobody agreed.
    """
    acts = [act for act in effects.acts if act.hold in _BEFOREHAND and not act.temporary]
    if not acts or covers.covers(acts) or (yield from are_own(acts)):
        return
    plan = yield from survey(acts)
    lines = (
        f"Not run yet. On {session.place} this would run, and lock others out meanwhile:",
        *(f"  {act.verb}{f': {act.why}' if act.why else ''}" for act in acts),
        *(f"  {line}" for line in plan.lines()),
    )
    detail = {"plan": list(plan.lines()), "digest": plan.digest}
    entry = describe_entry(session, Effects(tuple(acts)), "shown beforehand", detail)
    answer = yield from put(session, lines, entry, _RUN, held=session.armed)
    session.process.recorder.record(
        describe_entry(session, Effects(tuple(acts)), "a person read the plan", {**detail, "consent": answer}),
        session.ceiling,
    )
    session.answered += acts
    session.locks |= set(plan.locks)


def are_own(acts: Sequence[Act]) -> Generator[Step, Answer | None, bool]:
    """Ask the server whether all that ``acts`` name as changed is temporary, or was made in this very transaction."""
    if not all(act.writes for act in acts) or any(act.hold is Hold.ALONE for act in acts):
        return False
    names = (".".join(map(quote_identifier, parts)) for act in acts for parts in act.writes)
    oids = ", ".join(f"to_regclass({quote_literal(name)})::oid" for name in names)
    newest = f"coalesce(nullif(current_setting('{NEWEST}', true), ''), '4294967295')::bigint"
    answer = yield f"""SELECT coalesce(bool_and(c.relpersistence = 't' OR c.oid::bigint > {newest}), false)::text
FROM unnest(ARRAY[{oids}]) named(oid) LEFT JOIN pg_catalog.pg_class c ON c.oid = named.oid"""  # noqa: S608 - quoted names
    return answer is not None and answer.value == "true"
