"""What is asked about before it runs: what locks everybody else out meanwhile, or no rollback undoes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tierguard.process import covers
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
# How much a text says of what is asked about beforehand, by the hardest way in which it can be held.
_WOULD: Final = {
    Hold.EXCLUSIVE: "this would run, and lock others out meanwhile",
    Hold.ALONE: "this would run, and no transaction can hold it",
    Hold.BEYOND: "this would run, and no rollback undoes all of it",
}


def ask_beforehand(session: Session, effects: Effects) -> Exchange:
    """Show a person what a statement reaches, before it runs; nothing else is asked of it then.

    Raises:
        ConsentRefused: nobody agreed.
    """
    acts = [act for act in effects.acts if is_asked_beforehand(act)]
    if not acts or covers.covers(acts):
        return
    if own := (yield from _find_own(session, acts)):
        session.answered += acts
        session.locks |= own
        return
    plan = yield from survey(acts)
    hardest = max((act.hold for act in acts), key=list(Hold).index)
    lines = (
        f"Not run yet. On {session.place} {_WOULD[hardest]}:",
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


def is_asked_beforehand(act: Act) -> bool:
    """Return whether a person has to agree to a statement before it runs: it cannot be held until they have seen it."""
    return act.hold in _WOULD and not act.temporary


def _find_own(session: Session, acts: Sequence[Act]) -> Generator[Step, Answer | None, frozenset[int]]:
    """Return what ``acts`` change, if all of it is temporary or was made in this very transaction; nothing otherwise.

    The oids are of relations, with their indexes, their TOAST tables and those tables' indexes.
    """
    if not all(act.writes and act.hold is Hold.EXCLUSIVE for act in acts):
        return frozenset()
    names = (".".join(map(quote_identifier, parts)) for act in acts for parts in act.writes)
    oids = ", ".join(f"to_regclass({quote_literal(name)})::oid" for name in names)
    answer = yield f"""SELECT (
  WITH named AS (SELECT c.oid, c.reltoastrelid, c.relpersistence = 't' OR c.oid::bigint > {session.newest} AS own
    FROM unnest(ARRAY[{oids}]) named(oid) LEFT JOIN pg_catalog.pg_class c USING (oid)),
  tables AS (SELECT oid FROM named UNION SELECT reltoastrelid FROM named)
  SELECT CASE WHEN bool_and(coalesce(own, false)) THEN (SELECT json_agg(oid::bigint) FROM (
    SELECT oid FROM tables UNION SELECT indexrelid FROM pg_catalog.pg_index JOIN tables ON indrelid = oid) every) END
  FROM named)::text"""  # noqa: S608 - quoted names, and names of our own
    return frozenset(json.loads(answer.value)) if answer is not None and answer.value else frozenset()
