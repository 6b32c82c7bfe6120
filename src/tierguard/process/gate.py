"""Every new physical connection is judged here, whichever driver made it.

The exchange of :mod:`tierguard.process.admission` brings the answer here: what may go on is returned, what may not is
raised. Nothing here talks to a database.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tierguard.deciding.identity import Reading
from tierguard.deciding.locality import is_near, may_stamp_alone
from tierguard.deciding.location import locate
from tierguard.deciding.marker import make_marker, stamp_statements
from tierguard.deciding.verdict import UNREADABLE, Circumstances, Verdict, judge
from tierguard.deciding.victim import Standing, find_standing
from tierguard.errors import IdentityMismatch, IdentityRefused, PolicyRefused, TierguardError
from tierguard.evidence.pins import Pin, describe_endpoint, find_pinned, pins_prod, read_pins
from tierguard.model import Ceiling, Entry, Event, Operation, Outcome, Tier
from tierguard.process import ending, leading, terminal
from tierguard.process.advice import ask_for
from tierguard.process.borrowing import OF_LOANS, bind
from tierguard.process.clusters import Clusters
from tierguard.process.neighbours import Neighbours, Scene
from tierguard.statements.claims import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tierguard.evidence.config import Database
    from tierguard.process.chosen import Process
    from tierguard.statements.claims import Claim


@dataclass
class Inspection:
    """What our own tools look at, and what the gate saw at the last connection: also where it refused it."""

    ceiling: Ceiling
    database: Database | None = None  # whose URL on that tier is looked at
    reading: Reading = field(default_factory=Reading, init=False)
    verdict: Verdict = field(default=Verdict(False, UNREADABLE, None), init=False)  # noqa: FBT003
    parameters: Mapping[str, str] = field(default_factory=dict, init=False)  # where it went, in libpq's keywords


_inspected: ContextVar[Inspection | None] = ContextVar("inspected", default=None)


@contextmanager
def inspecting(ceiling: Ceiling, database: Database | None = None) -> Iterator[Inspection]:
    """Let our own tools look at the tiers one by one, in this block and thread only. PROD stays PROD.

    Nothing is stamped meanwhile, and what is found is the tool's to show.
    """
    inspection = Inspection(ceiling, database)
    token = _inspected.set(inspection)
    try:
        yield inspection
    finally:
        _inspected.reset(token)


@dataclass
class Gate:
    """The gate of one process. Its ceiling is asked for at the first connection, not before."""

    process: Process
    clusters: Clusters = field(default_factory=Clusters, init=False)
    neighbours: Neighbours = field(default_factory=Neighbours, init=False)
    refusals: list[str] = field(default_factory=list, init=False)  # one line each, for those who swallowed the error
    warnings: list[str] = field(default_factory=list, init=False)  # the same of what goes on
    _pins: tuple[Pin, ...] | None = field(default=None, init=False)
    _said: terminal.Once = field(default_factory=terminal.Once, init=False)
    _unstampable: set[tuple[str, ...]] = field(default_factory=set, init=False)

    def examine(self, reading: Reading, parameters: Mapping[str, str]) -> Verdict:
        """Judge one new connection.

        Args:
            reading: what the database answered, or why it did not.
            parameters: libpq's keywords of the connection.

        Raises:
            IdentityMismatch: the database proved to be another one than this process may use.
            IdentityRefused: it proved nothing, which counts as PROD.
            AccessRefused: this process may use no database at all; the choice itself was refused.
        """
        try:
            return self._examine(reading, parameters)
        except TierguardError as error:
            if _inspected.get() is None:
                ending.remember(error)
            raise

    def _examine(self, reading: Reading, parameters: Mapping[str, str]) -> Verdict:
        seen = _inspected.get()
        ceiling = seen.ceiling if seen else self.process.ceiling()
        case = self._circumstances(ceiling, reading, parameters)
        verdict = judge(reading, case)
        if not (seen or case.external):
            verdict = bind(self.process, reading, verdict)
        first = seen is None and self._note(reading, parameters, verdict)
        if (
            verdict.rule and verdict.rule not in OF_LOANS and (seen or first or not verdict.allowed)
        ):  # advice costs a look at every URL
            verdict = judge(reading, self._add_advice(case, parameters))
        self._record(_describe(Event.CONNECT, reading, verdict, parameters), verdict, ceiling)
        kind = IdentityMismatch if verdict.mismatch else IdentityRefused
        refusal = None if verdict.allowed else kind(verdict.reason, hint=verdict.hint, rule=verdict.rule)
        if seen:
            seen.reading, seen.verdict, seen.parameters = reading, verdict, parameters
        elif first:
            self._say(verdict, refusal)
        if refusal is not None:
            raise refusal
        return verdict

    def _record(self, entry: Entry, verdict: Verdict, ceiling: Ceiling) -> None:
        if not verdict.allowed:
            self.process.recorder.record_refusal(entry, ceiling.authority)
        elif _inspected.get():  # looking changes nothing: it is recorded where it can be, and the acts have their own
            self.process.recorder.count(entry, Ceiling(Tier.INT, ceiling.authority))
        else:
            self.process.recorder.count(entry, ceiling)

    def _say(self, verdict: Verdict, refusal: TierguardError | None) -> None:
        if refusal is not None:
            self._say_refusal(refusal)
        elif verdict.finding:
            self.warnings.append(f"{verdict.rule}: {verdict.reason} {verdict.hint}".rstrip())
            terminal.warn(self.warnings[-1])

    def _say_refusal(self, refusal: TierguardError) -> None:
        """Say it now: a pool or a thread may swallow the error. At a prompt it is shown in any case."""
        self.refusals.append(f"({refusal.rule}) {refusal.message}")
        if not (ending.at_prompt() and threading.current_thread() is threading.main_thread()):
            ending.tell(refusal)

    def find_standing(self, reading: Reading) -> Standing:
        """Return what the cluster holds that this process may not touch."""
        if _inspected.get() is not None or self.process.ceiling().tier is Tier.PROD:
            return Standing.FREE
        return find_standing(reading, pinned=pins_prod(self._read_pins(), reading))

    def holds(self, verdict: Verdict, parameters: Mapping[str, str]) -> bool:
        """Return whether the statements of a connection are judged: it leads to PROD, or says nothing else of itself.

        Our own tools do what a person typed a name for.
        """
        if _inspected.get() is not None or self.process.ceiling().tier is not Tier.PROD:
            return False
        found = self.process.find_databases(parameters)
        if verdict.tier is None and found and all(one.external for one in found):
            return False
        return verdict.tier in {None, Tier.PROD}

    def consider(
        self,
        claims: tuple[Claim, ...],
        reading: Reading,
        parameters: Mapping[str, str],
        dial: Callable[[], Mapping[str, str]],
    ) -> None:
        """Let a statement go on, or refuse it.

        Args:
            claims: what it would do beyond its database.
            reading: what that database said.
            parameters: libpq's keywords of the connection, without secrets.
            dial: returns libpq's keywords of the connection, with its password.

        Raises:
            PolicyRefused: it would do to PROD, or to what may be PROD, what is not this process's to do.
        """
        config = self.process.config
        scene = Scene(
            reading,
            self.find_standing(reading),
            config.project,
            lambda other: self._find_pinned(other, parameters),
            dial,
        )
        found = self.neighbours.find_objection(claims, scene)
        if found is None:
            return
        claim, objection = found
        ceiling = self.process.ceiling()
        reason = f"{objection.reason}, and this process may use at most {ceiling.tier.label}."
        place = replace(locate({}, reading), database=claim.name)
        operation = Operation.DROP_DATABASE if claim.kind is Kind.DATABASE else Operation.ADMIN
        entry = Entry(Event.STATEMENT, "", Tier.PROD, operation, Outcome.REFUSE, "prod-victim", reason, place)
        self.process.recorder.record_refusal(entry, ceiling.authority)
        refusal = PolicyRefused(reason, hint=objection.hint, rule="prod-victim")
        ending.remember(refusal)
        if self._said.is_first(("victim", reading.sysid, claim.kind, claim.name)):
            self._say_refusal(refusal)
        raise refusal

    def stamp_for(self, reading: Reading, verdict: Verdict, parameters: Mapping[str, str]) -> str:
        """Return the SQL that stamps an empty database which tools may stamp alone, else an empty string."""
        if _inspected.get():
            return ""
        config, ceiling = self.process.config, self.process.ceiling()
        if ceiling.tier is Tier.PROD or not may_stamp_alone(verdict, reading, parameters, config.local_hosts):
            return ""
        if ceiling.tier is not Tier.INT and not self.process.find_databases(parameters):
            return ""
        if (reading.sysid, reading.oid, reading.user) in self._unstampable:
            return ""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        marker = make_marker(reading, ceiling.tier, config.project, stamped_at=now, stamped_by=f"tool:{reading.user}")
        stamped = replace(verdict, tier=ceiling.tier)
        self.process.recorder.record(_describe(Event.STAMP, reading, stamped, parameters), ceiling)
        return stamp_statements(marker)

    def give_up_stamping(self, reading: Reading) -> None:
        """Remember that this role may not stamp this database. It stays unmarked, which stops nobody."""
        self._unstampable.add((reading.sysid, reading.oid, reading.user))

    def _circumstances(self, ceiling: Ceiling, reading: Reading, parameters: Mapping[str, str]) -> Circumstances:
        config, context = self.process.config, self.process.context
        seen = _inspected.get()
        looked_at = (seen.database,) if seen and seen.database else ()
        found = looked_at if seen else self.process.find_databases(parameters)
        selected = any(not one.external for one in found)
        return Circumstances(
            project=config.project,
            ceiling=ceiling,
            selected=selected,
            external=bool(found) and all(one.external for one in found),
            pinned=self._find_pinned(reading, parameters),
            beside_prod=pins_prod(self._read_pins(), reading),
            made_here=self.neighbours.made(reading),
            tests=bool(context.tests),
            server=context.production_mode and not (context.hearsay.production_mode or context.agent),
            asking=ask_for(config, Tier.STG),
            place=_describe_place(reading, parameters),
            near=is_near(parameters, config.local_hosts),
            tolerant=self._tolerates(
                parameters, named=any(not one.external and not one.shares_url(ceiling.tier) for one in found)
            ),
        )

    def _add_advice(self, case: Circumstances, parameters: Mapping[str, str]) -> Circumstances:
        seen = _inspected.get()
        if seen and seen.database:
            name = seen.database.name
            commands = {seen.ceiling.tier: leading.command(Event.STAMP, seen.ceiling.tier, name)}
            return replace(case, commands=commands, variables=leading.name_variables(self.process, name))
        commands = dict(leading.find_commands(self.process, parameters))
        return replace(case, commands=commands, variables=leading.name_variables(self.process))

    def _tolerates(self, parameters: Mapping[str, str], *, named: bool) -> bool:
        """Return whether an unmarked database is tolerated today.

        Not in a test run on another machine, unless INT's own variable leads there: tests empty what they find, and it
        may be the PROD that nobody has marked yet.
        """
        config = self.process.config
        if config.adopt_until is None or datetime.now(UTC).date() >= config.adopt_until:
            return False
        return named or not self.process.context.tests or is_near(parameters, config.local_hosts)

    def _read_pins(self) -> tuple[Pin, ...]:
        if self._pins is None:
            self._pins = read_pins(self.process.config.root)
        return self._pins

    def _find_pinned(self, reading: Reading, parameters: Mapping[str, str]) -> Tier | None:
        return find_pinned(self._read_pins(), reading, describe_endpoint(parameters))

    def _note(self, reading: Reading, parameters: Mapping[str, str], verdict: Verdict) -> bool:
        """Return whether this is the first such judgement of this database in this process."""
        where = (
            (reading.sysid, reading.oid) if reading.oid else (parameters.get("host", ""), parameters.get("port", ""))
        )
        return self._said.is_first((*where, reading.db or parameters.get("dbname", ""), verdict.proof, verdict.rule))


def _describe_place(reading: Reading, parameters: Mapping[str, str]) -> str:
    place = locate(parameters, reading)
    return ":".join(filter(None, (place.host, place.port)))


def _describe(event: Event, reading: Reading, verdict: Verdict, parameters: Mapping[str, str]) -> Entry:
    return Entry(
        event=event,
        tier=verdict.tier or "",
        decision=Outcome.ALLOW if verdict.allowed else Outcome.REFUSE,
        rule=verdict.rule or verdict.proof,
        reason=verdict.reason,
        target=locate(parameters, reading),
    )
