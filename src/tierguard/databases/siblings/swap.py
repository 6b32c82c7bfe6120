"""The two renames, in the one transaction that is the lease's: at every instant the name is a whole database."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tierguard.databases.connection import fetch, run, run_meanwhile
from tierguard.databases.sessions import list_sessions
from tierguard.databases.siblings.obstacles import holds_prod
from tierguard.errors import PolicyRefused, TierguardError
from tierguard.process import terminal
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierguard.databases.siblings.lease import Server

_TERMINATE: Final = """\
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
WHERE datname = {name} AND pid <> pg_catalog.pg_backend_pid() AND usesysid IS NOT NULL
AND (pg_catalog.pg_has_role(usesysid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))
"""


class Pair(NamedTuple):
    """The oids of the two databases that change places, as they were when they were looked at."""

    old: str
    new: str


def swap(server: Server, replacement: str, kept: str, pair: Pair, comments: Iterable[str]) -> None:
    """Give the target's name to ``replacement``, and its database the name ``kept``. Ends the lease.

    Whoever is connected to either is disconnected, and reaches the new database when they connect again.

    Args:
        server: with the lease held.
        replacement: finished, and marked with the target's name.
        kept: the old database's new name.
        pair: which databases they are: somebody may have renamed them since.
        comments: the statements that write both databases' comments, under their new names.

    Raises:
        PolicyRefused: the server has been given a PROD meanwhile.
        TierguardError: somebody cannot be disconnected, another database has one of the names, or the server refused;
            both names are as they were.
    """
    _check(server.admin, {server.name: pair.old, replacement: pair.new})  # before anybody is disconnected
    _rename(server, server.name, kept)
    _rename(server, replacement, server.name)
    _check(server.lease, {kept: pair.old, server.name: pair.new})  # and now that nobody else can rename them
    for statement in comments:
        run(server.lease, statement, what="The swapped databases cannot be commented on")
    server.end_work()
    run(server.lease, "COMMIT", what=f"{server.name} was not replaced")


def _check(connection: Any, names: dict[str, str]) -> None:
    """Refuse to go on where a name leads to another database than the one that was looked at, or PROD has come."""
    listed = ", ".join(map(quote_literal, names))
    query = f"SELECT datname, oid::text FROM pg_catalog.pg_database WHERE datname IN ({listed})"  # noqa: S608 - quoted
    found = dict(fetch(connection, query, what="The databases cannot be looked up"))
    if moved := [name for name, oid in names.items() if found.get(name) != oid]:
        raise TierguardError(
            f"{moved[0]} is not the database any more that it was: somebody has renamed it. Nothing was changed.",
            hint="Look at what is there, then try again.",
            rule="replacing",
        )
    if holds_prod(connection):
        raise PolicyRefused(
            "The server holds a PROD now, and nothing is replaced beside it. Nothing was changed.", rule="prod-cluster"
        )


def announce(server: Server) -> None:
    """Say whose sessions the swap will end, before anything begins. Our own, just closed, may still be listed."""
    connected = (one for one in list_sessions(server.admin, server.name) if not one.is_ours)
    clients = Counter(one.application or f"role {one.user}" for one in connected)
    if not clients:
        return
    who = ", ".join(f"{name} ({number} session{'s' * (number > 1)})" for name, number in sorted(clients.items()))
    terminal.warn(
        f"connected to {server.name}: {who}. They keep working until the new database takes its place, and "
        "are disconnected then. A backend or worker reconnects on its own."
    )


def _rename(server: Server, old: str, new: str) -> None:
    """Rename a database, ending the sessions that are in the way.

    The rename goes first: it takes the lock that lets nobody else in, and then waits a few seconds for those who are.
    """
    terminate = _TERMINATE.format(name=quote_literal(old))
    statement = f"ALTER DATABASE {quote_identifier(old)} RENAME TO {quote_identifier(new)}"
    problem = run_meanwhile(server.lease, statement, lambda: fetch(server.admin, terminate, what="They stay"))
    if problem:
        stay = "; ".join(f"{one.client} (pid {one.pid})" for one in list_sessions(server.admin, old))
        raise TierguardError(
            f"{old} was not replaced: {problem}.{f' Connected: {stay}.' if stay else ''} Nothing was changed.",
            hint="End these sessions, then try again." if stay else "",
            rule="sessions-stay" if stay else "server-refused",
        )
