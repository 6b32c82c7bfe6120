"""Stamping by a person: the effects around :mod:`tierguard.stamping`."""

from __future__ import annotations

from datetime import UTC, datetime

from tierguard import conninfo, sources
from tierguard.config import DEFAULT
from tierguard.connector import open_target, run
from tierguard.errors import ConsentRefused, IdentityRefused
from tierguard.gate import inspecting
from tierguard.identity import QUERY, Marker, Reading, parse_reading
from tierguard.model import Ceiling, Entry, Target, Tier
from tierguard.session import Session, current_session
from tierguard.stamping import make_marker, may_stamp_alone, stamp_statements
from tierguard.verdict import Circumstances, judge


def stamp(tier: Tier, *, database: str = DEFAULT) -> Marker:
    """Write into the database behind ``tier``'s URL that it is ``tier``.

    An empty local database of INT or STG needs nobody; everything else a person who types ``project/tier``.

    Raises:
        ConsentRefused: a person is needed and did not type the name.
        IdentityRefused: the database is a standby or one that belongs to the server itself.
        TierguardError: this role may not write the marker.
        ServerMissing: it cannot be reached.
        SettingMissing: the tier has no URL.
    """
    session = current_session()
    if tier is Tier.PROD and _unattended(session):
        raise ConsentRefused(
            "PROD is stamped by a person at a terminal, and nobody is at one.",
            hint="A person types: tierguard stamp prod",
            rule="typed-name",
        )
    target = _target(session, tier, database)
    with inspecting(Ceiling(Tier.PROD)), open_target(target) as connection:
        reading = parse_reading(connection.execute(QUERY).fetchone()[0])
        _check(reading)
        if not _alone(session, reading, tier, target):
            _ask(session, reading, target)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        marker = make_marker(reading, tier, session.config.project, stamped_at=now, stamped_by=_person(session))
        session.recorder.record(_entry(reading, target, "allow"), Ceiling(tier))
        # One simple query; the statements bring their own transaction.
        run(connection, stamp_statements(marker), what=f"{marker.db} cannot be stamped by this role")
    return marker


def _target(session: Session, tier: Tier, database: str) -> Target:
    wanted = session.config.database(database)
    ci = session.context.ci
    written, variable = sources.read_url(session.config, wanted, tier, ci=ci, environ=session.environ)
    url = sources.connectable(session.config, tier, written) or ""
    return Target(session.config.project, database, tier, url, "stamp", "to be stamped", source=variable)


def _check(reading: Reading) -> None:
    if reading.standby:
        raise IdentityRefused(
            f"{reading.db} is a standby, which cannot be written.", hint="Stamp its primary.", rule="standby"
        )
    if reading.db == "postgres" or reading.db.startswith("template"):
        raise IdentityRefused(
            f"{reading.db} belongs to the server itself and is never stamped.",
            hint="Name the project's own database in the URL.",
            rule="maintenance-database",
        )


def _alone(session: Session, reading: Reading, tier: Tier, target: Target) -> bool:
    if tier is Tier.PROD:
        return False
    verdict = judge(reading, Circumstances(session.config.project, Ceiling(tier)))
    if verdict.allowed and verdict.proof == "bound" and verdict.tier is tier:
        return True  # it says so already
    parameters = conninfo.parse(target.url).effective()
    return may_stamp_alone(verdict, reading, parameters, session.config.local_hosts)


def _ask(session: Session, reading: Reading, target: Target) -> None:
    place = conninfo.parse(target.url).endpoint
    now = f"now {reading.marker.tier.label}" if reading.marker else "unmarked"
    name = target.name
    if reading.bound and reading.marker and reading.marker.tier is Tier.PROD and target.tier is not Tier.PROD:
        name = f"{reading.marker.project}/prod is {target.name}"  # lowering a live PROD takes more than a habit
    question = (
        f"[{target.tier.label}] {reading.db} at {place} ({now}) will say that it is {target.name}.\n"
        f"Type {name} to stamp it, anything else stops here:"
    )
    if _unattended(session) or not session.prompter.confirm(question, name):
        session.recorder.record(_entry(reading, target, "refuse"), Ceiling(Tier.INT))
        raise ConsentRefused(
            f"{reading.db} was not stamped: its name was not typed at a terminal.",
            hint=f"A person types: tierguard stamp {target.tier}",
            rule="typed-name",
        )


def _unattended(session: Session) -> bool:
    context = session.context
    return bool(context.agent or context.ci or context.pytest or not context.terminal)


def _person(session: Session) -> str:
    from tierguard.detect import identify_actor

    return identify_actor(session.context).user


def _entry(reading: Reading, target: Target, decision: str) -> Entry:
    place = {"host": reading.address, "port": str(reading.port or ""), "database": reading.db, "cluster": reading.sysid}
    return Entry(
        event="stamp",
        database=target.database,
        tier=target.tier,
        operation="admin",
        decision=decision,
        rule="stamp",
        target=place,
    )
