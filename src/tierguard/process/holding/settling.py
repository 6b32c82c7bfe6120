"""The end of a transaction of a person on PROD: counted, judged, shown where it has to be, and recorded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from tierguard.deciding.location import locate
from tierguard.errors import AccessRefused, ConsentRefused, PolicyRefused
from tierguard.model import Entry, Event, Operation, Outcome, Tier
from tierguard.process import covers, ending
from tierguard.process.advice import this_command
from tierguard.process.consent import Question
from tierguard.process.holding import counting
from tierguard.process.holding.dialog import Dialog
from tierguard.process.holding.judging import describe, is_grave, judge
from tierguard.process.holding.steps import LOOK
from tierguard.process.lending.wire import read_more
from tierguard.statements.effects import GRAVITY, Effects, Hold

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tierguard.process.admission import Answer
    from tierguard.process.holding.counting import Count
    from tierguard.process.holding.judging import Judgement
    from tierguard.process.holding.session import Session
    from tierguard.process.holding.steps import Step
    from tierguard.statements.effects import Act

RULE: Final = "commit-gate"
HELD: Final = 30.0  # seconds for which rows stay locked while a person reads
WAITED: Final = 2.0  # seconds after which somebody who waits for those rows goes first
_WAITERS: Final = (
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::text FROM pg_catalog.pg_locks "
    "WHERE NOT granted AND pid <> pg_backend_pid() AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)


# What is deferred to the end of the transaction, constraints and their triggers, is done now, so that it is counted.
_SAVEPOINT: Final = "tierguard_deferred"
_HASTEN: Final = f"SAVEPOINT {_SAVEPOINT}; SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT {_SAVEPOINT}"
_REFRAIN: Final = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}"


def settle(session: Session) -> Generator[Step, Answer | None, bool]:
    """Return whether the open transaction may be committed; if not, its COMMIT will fail, and says why by itself.

    Raises:
        ConsentRefused: nobody agreed to what it does.
        PolicyRefused: it did what no commit can be asked for any more, or what it did cannot be counted.
        AuditRefused: it cannot be recorded.
    """
    effects = Effects(tuple(session.acts))
    if effects.gravest is not Operation.READ:
        hastened = yield _HASTEN
        if hastened is None or hastened.problem:
            yield _REFRAIN
            return False
    named = dict.fromkeys(one for act in session.acts for one in act.writes)
    yield counting.OWN_FIRST
    told = yield counting.count(named, session.newest)
    if told is None or told.value is None:
        refuse(session, effects, f"what the transaction did cannot be counted: {told.problem if told else ''}")
    count = counting.read_count(told.value, session.taken_off)
    if not count.known and effects.gravest is not Operation.READ:
        refuse(session, effects, "what the transaction did cannot be counted: the server's track_counts is off")
    _check_locks(session, effects, count)
    judgement = judge(_unanswered(session), count, answered=bool(session.answered))
    if not (count.changes or count.definitions or judgement.reasons):
        return True
    agreed, reason = _find_consent(session, judgement, count), "counted before it is committed"
    if not agreed:
        agreed = yield from _ask(session, effects, judgement, count)
        reason = "a person was shown what is committed"
    entry = describe_entry(session, effects, reason, _detail(count, agreed))
    session.process.recorder.record(entry, session.ceiling)
    return True


def _unanswered(session: Session) -> list[Act]:
    return [act for act in session.acts if act not in session.answered]


def _check_locks(session: Session, effects: Effects, count: Count) -> None:
    """Refuse what locks a relation against everybody else and was not asked about beforehand."""
    if any(act.hold is Hold.EXCLUSIVE and not (act.objects or act.writes) for act in session.answered):
        return  # what it would lock could not be told, and a person agreed to that (REASSIGN OWNED)
    own = {parts[-1] for act in session.acts if act.verb.startswith("LOCK") for parts in (*act.writes, *act.reads)}
    defined = {parts[-1] for act in session.acts if is_grave(act) for parts in act.writes}
    covered = covers.covers(_unanswered(session))
    unplanned = {
        name or "a relation that is gone now"
        for oid, name in count.exclusive.items()
        if oid not in session.locks
        and name.rpartition(".")[2] not in (own & defined if oid in count.altered else own)
        and not (covered and covers.expects(oid))
    }
    if unplanned:
        told = "the plan did not tell of" if covered else "a person is asked about beforehand"
        refuse(
            session,
            effects,
            f"it locks {', '.join(sorted(unplanned))} against everybody else, which {told}",
            "Run it again." if covered else "Send the DROP, TRUNCATE or ALTER as a statement of its own.",
        )


def _find_consent(session: Session, judgement: Judgement, count: Count) -> str:
    """Return by which word the change may go on without another question, or an empty string.

    Raises:
        ConsentRefused: the word was handed down, and is over.
    """
    taken: Mapping[str, int] = {}
    if covers.covers(_unanswered(session)) and not _deletes_while_seeding(count):
        word = "agreed to beforehand"
    elif judgement.unasked is None:
        return ""
    elif not judgement.unasked:
        word = "asked about beforehand"
    else:
        word, taken = "within what goes on unasked", judgement.unasked
    return word if session.standing.spend(taken) else ""


def _deletes_while_seeding(count: Count) -> bool:
    return covers.agreed_to(Operation.SEED) and any(change.deleted for change in count.changes)


def _ask(session: Session, effects: Effects, judgement: Judgement, count: Count) -> Generator[Step, Answer | None, str]:
    spent = judgement.unasked is not None
    lines = [
        f"Not committed yet. This transaction of {session.place} would change:",
        *describe(_unanswered(session), count, answered=bool(session.answered)),
    ]
    if spent:
        lines.append(
            "It is more than is left of what goes on unasked (prod.ask_above). "
            f"{session.place} +N lets N more rows of these tables go on, too."
        )
    else:
        lines.append(f"You are asked because {_join(judgement.reasons)}.")
    lines.append(f"Its rows stay locked while you read: after {HELD:.0f} seconds it is rolled back.")
    entry = describe_entry(session, effects, "shown at COMMIT", _detail(count, ""))
    answer = yield from put(session, tuple(lines), entry, _COMMIT, held=True)
    if spent and (more := read_more(answer.removeprefix("typed "))):
        session.standing.extend(more, frozenset(judgement.unasked or ()))
    return answer


_SHOWN: Final = 3  # reasons, and statements in a record
_COMMIT: Final = "to commit exactly this, anything else rolls it back"


def _join(reasons: tuple[str, ...]) -> str:
    more = len(reasons) - _SHOWN
    return "; ".join((*reasons[:_SHOWN], *((f"and {more} more reason{'s'[: more > 1]}",) if more > 0 else ())))


def put(
    session: Session, lines: tuple[str, ...], entry: Entry, prompt: str, *, held: bool
) -> Generator[Step, Answer | None, str]:
    """Ask a person, and return how they agreed.

    Args:
        session: whose statement it is about.
        lines: what they read.
        entry: for the log.
        prompt: what typing the name does, and what anything else does.
        held: a transaction is open meanwhile, so there is a limit to it.

    Raises:
        ConsentRefused: they did not.
    """
    process = session.process
    refusal = f"{session.place}: the transaction was rolled back" if held else f"{session.place}: nothing was run"
    command = this_command(process, Tier.PROD)
    question = Question(Tier.PROD, lines, session.place, refusal, command, RULE, entry, prompt=prompt, wordy=True)
    asked = looked = time.monotonic()
    with Dialog(lambda stop: session.standing.ask(question, stop)) as session.dialog:
        dialog = session.dialog
        while (yield dialog) is None and not dialog.wait(0):
            now = time.monotonic()
            if not held or now < looked + LOOK:
                continue
            looked = now
            waiters = yield _WAITERS
            waited = float(waiters.value or 0) if waiters and not waiters.problem else 0.0
            if waited >= WAITED or now > asked + HELD:
                dialog.give_up()
                why = f"another session has waited {waited:.0f} seconds for its rows" if waited >= WAITED else ""
                raise remember(
                    ConsentRefused(
                        f"{refusal}: {why or f'nobody answered within {HELD:.0f} seconds'}.",
                        hint=f"A person types at a terminal: {command}",
                        rule=RULE,
                    )
                )
        try:
            return dialog.answer
        except ConsentRefused as refused:
            raise remember(refused) from None


def refuse(session: Session, effects: Effects, reason: str, hint: str = "", rule: str = RULE) -> NoReturn:
    """Refuse a statement, or the commit of those that ran; it is recorded.

    Raises:
        PolicyRefused: always.
    """
    entry = describe_entry(session, effects, reason, {})
    session.process.recorder.record_refusal(entry, session.ceiling.authority)
    raise remember(PolicyRefused(f"{session.place}: {reason}.", hint=hint, rule=rule))


def remember(refusal: AccessRefused) -> AccessRefused:
    """Have the process end with the refusal's exit code, if nobody handles it; return it to be raised."""
    ending.remember(refusal)
    return refusal


def describe_entry(session: Session, effects: Effects, reason: str, detail: Mapping[str, Any]) -> Entry:
    """Return the record of a statement, or of all that a transaction ran."""
    return Entry(
        event=Event.STATEMENT,
        tier=Tier.PROD,
        operation=max((act.operation for act in effects.acts), key=GRAVITY.index, default=Operation.READ),
        decision=Outcome.ALLOW,
        rule=RULE,
        reason=reason,
        target=locate(session.parameters, session.reading),
        detail={"statements": [act.verb for act in effects.acts][:_SHOWN], **detail},
    )


def _detail(count: Count, agreed: str) -> dict[str, Any]:
    rows = {
        change.name: [change.inserted, change.updated, change.deleted] if change.known else None
        for change in count.changes
    }
    return {"rows": rows, **({"consent": agreed} if agreed else {})}
