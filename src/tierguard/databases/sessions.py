"""Who is connected to a database: listed, and ended where a person says so.

A session that was there before the stamp was judged by what the database said then, and is never judged again. Its role
and its application name are what it calls itself: they prove nothing, so a person says which of them may stay.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import TOOL, fetch
from tierguard.errors import ConsentRefused, TierguardError
from tierguard.model import Ceiling, Event, Tier
from tierguard.process.consent import Question, ask
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from tierguard.model import Entry
    from tierguard.process.chosen import Process

# Whose session it is, everybody may see; where it comes from and since when, only its own role and pg_read_all_stats.
_LISTING: Final = """\
SELECT pid, usename, application_name,
  CASE WHEN client_port = -1 THEN 'a socket' ELSE coalesce(pg_catalog.host(client_addr), 'somewhere') END,
  coalesce(backend_start::text, '')
FROM pg_catalog.pg_stat_activity
WHERE datname = {name} AND pid <> pg_catalog.pg_backend_pid() AND usesysid IS NOT NULL
AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender') ORDER BY backend_start, pid
"""
_PATIENCE: Final = 10_000  # milliseconds for a session to end; one that does not is named


@dataclass(frozen=True, slots=True)
class Session:
    """One connection to the database, by what the server says of it. ``since`` is empty where it does not."""

    pid: int
    user: str
    application: str
    address: str
    since: str
    why: str = ""  # why it stays

    @property
    def is_ours(self) -> bool:
        """Return whether a command of ours calls itself so. One that was just closed may still be listed."""
        return f"{self.application} ".startswith(f"{TOOL} ")

    @property
    def same(self) -> tuple[int, str]:
        """Return what tells this session from a later one."""
        return self.pid, self.since

    @property
    def client(self) -> str:
        """Return whose it is, for people."""
        called = f", {self.application}" if self.application else ""
        return f"role {self.user}{called}, from {self.address}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of the sessions that were there."""

    ended: tuple[Session, ...] = ()
    stay: tuple[Session, ...] = ()


def list_sessions(connection: Any, name: str = "") -> tuple[Session, ...]:
    """Return the sessions of other clients of the database ``name``, or of this connection's own, oldest first.

    Raises:
        TierguardError: the server does not say.
    """
    where = quote_literal(name) if name else "pg_catalog.current_database()"
    rows = fetch(connection, _LISTING.format(name=where), what="The database's sessions cannot be listed")
    return tuple(Session(pid, *(str(value or "") for value in row)) for pid, *row in rows)


def settle(process: Process, connection: Any, record: Entry) -> Settlement:
    """Offer to end every session but this one, client by client, and return what became of them.

    Args:
        process: whose person is asked.
        connection: to the database that has just been stamped.
        record: what the log says of the act.

    Raises:
        TierguardError: the sessions cannot be listed.
        AuditRefused: it cannot be recorded that they are ended, so they are not.
    """
    clients: defaultdict[str, list[Session]] = defaultdict(list)
    for session in list_sessions(connection):
        clients[session.client].append(session)
    if not clients:
        return Settlement()
    offered = [one for client in clients for one in _offer(process, connection, record, clients[client])]
    whys = {one.same: one.why for one in offered}
    stay = tuple(replace(one, why=whys.get(one.same, "it connected meanwhile")) for one in list_sessions(connection))
    gone = whys.keys() - {one.same for one in stay}
    settled = Settlement(tuple(one for one in offered if one.same in gone and not one.why), stay)
    detail = {"outcome": "done", "ended": len(settled.ended), "stay": [f"{one.client}: {one.why}" for one in stay]}
    process.recorder.record(replace(record, event=Event.OUTCOME, detail=detail), Ceiling(Tier(record.tier)))
    return settled


def _offer(process: Process, connection: Any, record: Entry, sessions: list[Session]) -> list[Session]:
    """Ask about one client's sessions, end them if that is the answer, and return them with why they stay."""
    database, client = record.target.database, sessions[0].client
    since = f", the oldest since {sessions[0].since}" if sessions[0].since else ""
    number = f"{len(sessions)} sessions" if len(sessions) > 1 else "a session"
    lines = (
        f"Connected to {database} since before it was marked, so it could not be refused: {client}.",
        f"That is {number}{since}. Clients that may use PROD can reconnect.",
    )
    refusal = f"{client}: still connected to {database}"
    command = f"tierguard {record.event} {record.tier}"
    entry = replace(record, event=Event.END_SESSIONS)
    try:
        consent = ask(process, Question(Tier(record.tier), lines, "end", refusal, command, entry.rule, entry))
    except ConsentRefused:
        return [replace(session, why="it was left") for session in sessions]
    detail = {"consent": consent, "client": client, "pids": [session.pid for session in sessions]}
    process.recorder.record(replace(entry, detail=detail), Ceiling(Tier(record.tier)))
    return [replace(session, why=_end(connection, session)) for session in sessions]


def _end(connection: Any, session: Session) -> str:
    """End one session if its process is still the same one; return why it stays, or an empty string."""
    same = f"backend_start::text = {quote_literal(session.since)}" if session.since else "backend_start IS NULL"
    sql = (
        f"SELECT pg_catalog.pg_terminate_backend(pid, {_PATIENCE}) FROM pg_catalog.pg_stat_activity "  # noqa: S608 - a number and a quoted time
        f"WHERE pid = {session.pid} AND {same}"
    )
    try:
        rows = fetch(connection, sql, what="no right to end it")
    except TierguardError as error:
        return error.message
    return "" if all(ended for (ended,) in rows) else "it does not end"
