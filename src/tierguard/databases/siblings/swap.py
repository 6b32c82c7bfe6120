"""The two renames, in the one transaction that is the lease's: at every instant the name is a whole database."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tierguard.databases.connection import fetch, run, run_meanwhile
from tierguard.databases.sessions import list_sessions
from tierguard.errors import TierguardError
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


def swap(server: Server, replacement: str, kept: str, comments: Iterable[str]) -> None:
    """Give the target's name to ``replacement``, and its database the name ``kept``. Ends the lease.

    Whoever is connected to either is disconnected, and reaches the new database when they connect again.

    Args:
        server: with the lease held.
        replacement: finished, and marked with the target's name.
        kept: the old database's new name.
        comments: the statements that write both databases' comments, under their new names.

    Raises:
        TierguardError: somebody cannot be disconnected, or the server refused; both names are as they were.
    """
    _rename(server, server.name, kept)
    _rename(server, replacement, server.name)
    for statement in comments:
        run(server.lease, statement, what="The swapped databases cannot be commented on")
    server.end_work()
    run(server.lease, "COMMIT", what=f"{server.name} was not replaced")


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
