"""What a person does to a database's identity: stamp, pin, remove. Each looks, asks, records, and then acts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tierguard.databases.connection import open_target, read_identity, run
from tierguard.databases.sessions import Settlement, settle
from tierguard.deciding.locality import may_stamp_alone
from tierguard.deciding.location import locate
from tierguard.deciding.marker import Marker, make_marker, stamp_statements, unstamp_statements
from tierguard.deciding.verdict import BOUND, Circumstances, judge
from tierguard.errors import IdentityRefused, TierguardError
from tierguard.evidence import pins, sources
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.detect import identify_actor
from tierguard.model import Ceiling, Entry, Event, Operation, Outcome, Target, Tier
from tierguard.process.consent import Question, ask, require_person
from tierguard.process.gate import inspecting
from tierguard.process.installation import install
from tierguard.process.leading import command
from tierguard.text import conninfo
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.process.chosen import Process


@dataclass(frozen=True, slots=True)
class Subject:
    """The database that a person acts on: what was asked, what it said, and the connection to it."""

    process: Process
    target: Target
    reading: Reading
    connection: Any
    parameters: Mapping[str, str]  # where it was reached, in libpq's keywords
    pinned: Tier | None

    @property
    def place(self) -> str:
        """Return name, server and present tier, for people."""
        marker = self.reading.marker
        known = marker.tier if marker else self.pinned
        where = conninfo.parse(self.target.sealed).endpoint
        return f"{self.reading.db} at {where} ({f'now {known.label}' if known else 'unmarked'})"

    @property
    def phrase(self) -> str:
        """Return what a person types; to call a live PROD anything else, or nothing, takes more than a habit."""
        name = self.target.name
        is_prod = self.reading.is_prod or self.pinned is Tier.PROD
        return f"{self.target.project}/prod is {name}" if is_prod and self.target.tier is not Tier.PROD else name


def stamp(tier: Tier, *, database: str = DEFAULT) -> tuple[Marker, Settlement | None]:
    """Write into the database behind ``tier``'s URL that it is ``tier``.

    An empty local database of INT or STG needs nobody; everything else a person who types ``project/tier``. On PROD the
    same person then says which sessions of before are ended; what became of them is the second part of the answer.

    Raises:
        ConsentRefused: a person is needed and did not type the name.
        IdentityRefused: the database is a standby or one that belongs to the server itself.
        TierguardError: this role may not write the marker, but it may be pinned.
        ServerMissing: it cannot be reached.
        SettingMissing: the tier has no URL.
    """
    with _open(tier, database, Event.STAMP) as subject:
        _check_writable(subject.reading)
        agreed = ""
        if not _needs_nobody(subject):
            agreed = _ask(subject, Event.STAMP, f"{subject.place} will say that it is {subject.target.name}.")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        person = identify_actor(subject.process.context).user
        marker = make_marker(subject.reading, tier, subject.process.config.project, stamped_at=now, stamped_by=person)
        _record(subject, Event.STAMP, agreed)
        _write(subject, marker)
        if tier is not Tier.PROD:
            return marker, None
        return marker, settle(subject.process, subject.connection, _describe(subject, Event.STAMP))


def pin(tier: Tier, *, database: str = DEFAULT) -> pins.Pin:
    """Write the identity of ``tier``'s database to the committed pin file, for those who may not stamp it.

    Raises:
        ConsentRefused: nobody typed the name at a terminal.
        ServerMissing: it cannot be reached.
        SettingMissing: the tier has no URL.
    """
    with _open(tier, database, Event.PIN) as subject:
        reading, root = subject.reading, subject.process.config.root
        endpoint = pins.describe_endpoint(subject.parameters)
        made = pins.Pin(tier, subject.target.project, reading.sysid, reading.db, reading.user, endpoint)
        agreed = _ask(subject, Event.PIN, f"{subject.place} will be pinned as {subject.target.name}.")
        _record(subject, Event.PIN, agreed)
        pins.write_pin(root, made)
    return made


def remove(tier: Tier, *, database: str = DEFAULT) -> str:
    """Take the marker and the pins of ``tier``'s database out again; return the database's name.

    Raises:
        ConsentRefused: nobody typed the name at a terminal.
        TierguardError: this role may not remove the marker.
        ServerMissing: it cannot be reached.
        SettingMissing: the tier has no URL.
    """
    with _open(tier, database, Event.REMOVE) as subject:
        name, reading, root = subject.reading.db, subject.reading, subject.process.config.root
        commented = any(comment.db == name for comment in reading.comments)
        only_pinned = pins.is_pinned(root, reading) and not (commented or reading.marker or reading.problem)
        if not only_pinned:
            _check_writable(reading)
        agreed = _ask(subject, Event.REMOVE, f"{subject.place} will no longer prove its tier.")
        _record(subject, Event.REMOVE, agreed)
        if not only_pinned:  # who may only pin a database could not even try
            sql = unstamp_statements(name, commented=commented)
            run(subject.connection, sql, what=f"{name}'s marker cannot be removed by this role")
        pins.drop_pins(root, reading)
    return name


@contextmanager
def _open(tier: Tier, database: str, act: Event) -> Iterator[Subject]:
    process = install().process
    if tier is Tier.PROD:  # not even looked at unless somebody is there who may change it
        record = Entry(event=act, database=database, tier=tier, operation=Operation.ADMIN, rule="typed-name")
        require_person(process, _question(record, "PROD", f"{process.config.project}/prod"))
    wanted = process.config.database(database)
    ci = process.context.ci
    written, variable = sources.read_url(process.config, wanted, tier, ci=ci, environ=process.environ)
    url = sources.connectable(process.config, tier, written) or Sealed("")
    target = Target(process.config.project, database, tier, url, act, "a person named it", source=variable)
    with inspecting(Ceiling(Tier.PROD)) as seen, open_target(target) as connection:
        reading = read_identity(connection)
        endpoint = pins.describe_endpoint(seen.parameters)
        pinned = pins.find_pinned(pins.read_pins(process.config.root), reading, endpoint)
        yield Subject(process, target, reading, connection, seen.parameters, pinned)


def _write(subject: Subject, marker: Marker) -> None:
    """Write the marker: one simple query, whose statements bring their own transaction."""
    try:
        run(subject.connection, stamp_statements(marker), what=f"{marker.db} cannot be stamped by this role")
    except TierguardError as error:
        pinning = command(Event.PIN, subject.target.tier, subject.target.database)
        hint = f"If you may not write to it, pin it: {pinning}"
        raise TierguardError(f"{error.message}.", hint=hint, rule=error.rule) from None


def _check_writable(reading: Reading) -> None:
    if reading.newer:
        raise IdentityRefused(
            f"{reading.db} was marked by a newer tierguard: {reading.problem}.",
            hint="Nothing was changed.",
            rule="marker-unreadable",
        )
    if reading.standby:
        raise IdentityRefused(
            f"{reading.db} is a standby, which cannot be written.",
            hint="Stamp its primary, or pin the standby.",
            rule="standby",
        )
    if reading.is_servers_own:
        raise IdentityRefused(
            f"{reading.db} belongs to the server itself and is never stamped.",
            hint="Name the project's own database in the URL.",
            rule="maintenance-database",
        )


def _needs_nobody(subject: Subject) -> bool:
    tier, config = subject.target.tier, subject.process.config
    if tier is Tier.PROD:
        return False
    verdict = judge(subject.reading, Circumstances(config.project, Ceiling(tier), pinned=subject.pinned))
    if verdict.allowed and verdict.proof == BOUND and verdict.tier is tier:
        return True  # it says so already
    return may_stamp_alone(verdict, subject.reading, subject.parameters, config.local_hosts)


def _ask(subject: Subject, act: Event, what: str) -> str:
    return ask(subject.process, _question(_describe(subject, act), subject.reading.db, subject.phrase, what))


def _question(record: Entry, db: str, name: str, *lines: str) -> Question:
    tier = Tier(record.tier)
    refusal = f"{db}: only a person changes its identity, and nothing was changed"
    asked = command(record.event, tier, record.database)
    return Question(tier, lines, name, refusal, asked, "typed-name", record)


def _record(subject: Subject, act: Event, consent: str) -> None:
    """Record that ``act`` begins; it does not where that cannot be recorded."""
    entry = _describe(subject, act)
    subject.process.recorder.record(
        replace(entry, detail={"consent": consent} if consent else {}), Ceiling(subject.target.tier)
    )


def _describe(subject: Subject, act: Event) -> Entry:
    reading, target = subject.reading, subject.target
    return Entry(
        event=act,
        database=target.database,
        tier=target.tier,
        operation=Operation.ADMIN,
        decision=Outcome.ALLOW,
        rule="typed-name",
        target=locate({}, reading),
    )
