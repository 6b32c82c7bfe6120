"""Copies of INT for tests: a process's own, dropped by it, or by the next run where it was killed.

Whether the process that made a copy lives, the server knows: a session of that process holds an advisory lock by the
copy's name. Age says nothing, and a process id says nothing to another machine.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import MAINTENANCE, fetch, name_of, open_target, run
from tierguard.databases.replacing import templates
from tierguard.databases.sessions import list_sessions
from tierguard.databases.siblings import making
from tierguard.databases.siblings.lease import Server, hold_lease
from tierguard.databases.siblings.obstacles import reach_beside
from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.errors import TierguardError
from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting
from tierguard.text import conninfo
from tierguard.text.quoting import quote_literal
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from tierguard.model import Target

_KEY: Final = "pg_catalog.hashtextextended({name}, 7311003)"
_KEEP: Final = "SET application_name = {label}; SET idle_session_timeout = 0"
# What is locked by whoever asks here belongs to nobody: the lock ends with the session that asks.
_ABANDONED: Final = """\
WITH copies AS MATERIALIZED
  (SELECT datname::text AS name FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, {beginning}))
SELECT name FROM copies WHERE pg_catalog.pg_try_advisory_lock({key})
"""


@dataclass
class Copies:
    """The copies of one INT that this process makes, and the session that says that it lives.

    Attributes:
        target: INT itself.
    """

    target: Target
    _keeper: Any = None

    @property
    def is_copy(self) -> bool:
        """Return whether the target is itself a copy: of the test run that started this one."""
        parts = derived.parse(name_of(self.target))
        return parts is not None and parts.kind is Kind.WORKER

    def make(self, number: int = 0) -> Target:
        """Return a copy of INT that nobody else uses, as ``prep`` made it where its tables are still like that.

        Args:
            number: the test worker's, for its name.

        Raises:
            IdentityRefused: what INT's URL leads to does not prove to be INT.
            ServerMissing: the server cannot be reached.
            TierguardError: none can be made there; the rule says whether that can change (``sessions-stay``).
        """
        with reach_beside(self.target) as (server, obstacle):
            if server is None:
                raise TierguardError(f"{self.target.name} cannot be copied: {obstacle}.", rule="no-copies")
            with hold_lease(server):
                drop_abandoned(server)
                name = self._name(server, number)
                self._copy(server, name)
        return replace(self.target, sealed=Sealed(conninfo.with_database(self.target.url, name)))

    def find_obstacle(self) -> str:
        """Return why no copy can be made of INT on its server, or an empty string.

        Raises:
            TierguardError: the server does not say.
        """
        with reach_beside(self.target) as (_, obstacle):
            return obstacle

    def drop(self, copy: Target) -> None:
        """Drop one of this process's copies, and end the sessions that are still connected to it.

        Raises:
            TierguardError: the server refused.
        """
        making.drop(
            Server(self.target, name_of(self.target), None, self._keeper), name_of(copy), why="the tests are done"
        )

    def close(self) -> None:
        """Let go of what is left: the next run drops it."""
        if self._keeper is not None:
            self._keeper.close()

    def _name(self, server: Server, number: int) -> str:
        """Return a new name, held by this process's session before the copy is there."""
        if self._keeper is None or self._keeper.closed:
            with inspecting(Ceiling(Tier.PROD)):
                self._keeper = open_target(self.target, dbname=MAINTENANCE)
            label = quote_literal(f"tierguard tests (process {os.getpid()})")
            run(self._keeper, _KEEP.format(label=label), what="The copies' session cannot be kept")
        name = derived.derive(
            server.name, Kind.WORKER, derived.make_id(datetime.now(UTC), secrets.token_hex(2)), number=number
        )
        key = _KEY.format(name=quote_literal(name))
        fetch(self._keeper, f"SELECT pg_catalog.pg_advisory_lock({key})", what=f"{name} cannot be held")
        return name

    def _copy(self, server: Server, name: str) -> None:
        source = templates.find_original(server) or server.name
        try:
            making.copy(server, source, name, why="a test worker's own")
        except TierguardError:
            connected = "; ".join(one.client for one in list_sessions(server.admin, source))
            if not connected:
                raise
            raise TierguardError(
                f"{source} cannot be copied for the tests, because somebody is connected to it: {connected}.",
                hint="End that session; or prepare INT by a recipe, which leaves a template that is copied instead.",
                rule="sessions-stay",
            ) from None
        with suppress(TierguardError):  # a role that may not mark it: a copy of INT is INT, which is found and said
            making.stamp_as(server, name, self.target.tier)


def drop_abandoned(server: Server) -> tuple[str, ...]:
    """Drop the copies whose process is gone; return their names. The caller holds the lease.

    Raises:
        TierguardError: the server refused.
    """
    beginning = quote_literal(f"{derived.shorten(server.name)}{derived.MARK}{Kind.WORKER}")
    query = _ABANDONED.format(beginning=beginning, key=_KEY.format(name="name"))
    found = [name for (name,) in fetch(server.admin, query, what="Abandoned copies cannot be looked for")]
    abandoned = tuple(name for name in found if derived.belongs(name, server.name, Kind.WORKER))
    return tuple(name for name in abandoned if making.drop(server, name, why="its tests were interrupted"))
