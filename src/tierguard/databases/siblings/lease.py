"""One process at a time replaces a database: a lease that ends with its session, and the swap inside it.

The lease is an advisory lock of a transaction in the server's maintenance database. That transaction is idle while the
new database is built, so the server notices at once that its client is gone; and the two renames are its last
statements, so whoever has lost the lease, by a restart or a broken line, cannot swap any more. That is what a fencing
token is for, without a table: an ordinary role may not create one in the maintenance database.

The session that creates and drops databases meanwhile carries a lock too. The server finishes what that one was asked
for also when its client is dead; who takes the lease next ends it first, or a half-built database would appear later.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import MAINTENANCE, fetch, name_of, open_target, run
from tierguard.errors import TierguardError
from tierguard.model import Ceiling, Tier
from tierguard.process import terminal
from tierguard.process.gate import inspecting
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.model import Target

PATIENCE: Final = 600.0  # seconds to wait for another process's turn
_QUIET: Final = 1.0  # seconds to wait without a word
_PAUSE: Final = 0.02  # seconds
_LEASE: Final = "pg_catalog.hashtextextended({name}, 7311001)"
_WORK: Final = "pg_catalog.hashtextextended({name}, 7311002)"
# Whatever the role's own limits are: a transaction of this kind is idle by design, and as long as a build. The names
# depend on the server's version.
_NO_LIMITS: Final = """\
SELECT pg_catalog.set_config(name, '0', {local}) FROM pg_catalog.pg_settings WHERE name IN ('statement_timeout',
'lock_timeout', 'transaction_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout')"""
# An advisory lock's number is shown in two halves (PostgreSQL manual, section 53.13).
_HOLDER: Final = """\
SELECT coalesce(nullif(a.application_name, ''), 'process ' || a.pid), coalesce(a.backend_start::text, 'some time')
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND (l.classid::bigint << 32 | l.objid::bigint) = {key}
"""
_END_WORK: Final = """\
SELECT pg_catalog.pg_terminate_backend(a.pid, 10000)
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND pg_catalog.pg_has_role(a.usesysid, 'USAGE')
AND (l.classid::bigint << 32 | l.objid::bigint) = {key}
"""


@dataclass
class Server:
    """The maintenance database of a target's server, twice: ``lease`` in its transaction, ``admin`` in autocommit."""

    target: Target
    name: str  # of the target's database
    lease: Any
    admin: Any
    working: bool = False

    def take(self) -> bool:
        """Take the lease if nobody has it, and nobody is at work for one who had it; return whether."""
        run(self.lease, f"BEGIN; {_NO_LIMITS.format(local='true')}", what="The lease cannot be asked for")
        lock = f"SELECT pg_catalog.pg_try_advisory_xact_lock({self._key(_LEASE)})"
        ((taken,),) = fetch(self.lease, lock, what="The lease cannot be asked for")
        if not taken or not self._begin_work():
            self.give_back()
            return False
        return True

    def _begin_work(self) -> bool:
        if not self._mark_work():
            fetch(self.admin, _END_WORK.format(key=self._key(_WORK)), what="An abandoned session cannot be ended")
            self._mark_work()
        return self.working

    def _mark_work(self) -> bool:
        lock = f"SELECT pg_catalog.pg_try_advisory_lock({self._key(_WORK)})"
        ((self.working,),) = fetch(self.admin, lock, what="The lease cannot be asked for")
        return self.working

    def end_work(self) -> None:
        """Say that nothing is created or dropped for this lease any more: whoever has the next one ends nobody."""
        if self.working:
            self.working = False
            fetch(self.admin, f"SELECT pg_catalog.pg_advisory_unlock({self._key(_WORK)})", what="The lease stays")

    def _key(self, kind: str) -> str:
        return kind.format(name=quote_literal(self.name))

    def wait(self, patience: float = PATIENCE) -> None:
        """Take the lease, waiting for whoever has it.

        Raises:
            TierguardError: they still have it after ``patience`` seconds.
        """
        begun = time.monotonic()
        said = False
        while not self.take():
            waited = time.monotonic() - begun
            if waited > patience:
                raise TierguardError(
                    f"{self.name} is being replaced by another process: {self._find_holder()}. Nothing was changed.",
                    hint="Try again when that is done.",
                    rule="replacing",
                )
            if waited > _QUIET and not said:
                who = self._find_holder()
                terminal.warn(f"{self.name} is being replaced by another process: {who}. Waiting until that is done.")
                said = True
            time.sleep(_PAUSE)

    def give_back(self) -> None:
        """End the lease without having swapped. A line that is broken has ended it."""
        with suppress(TierguardError):
            self.end_work()
        with suppress(TierguardError):
            run(self.lease, "ROLLBACK", what="The lease cannot be given back")

    def _find_holder(self) -> str:
        rows = fetch(self.admin, _HOLDER.format(key=self._key(_LEASE)), what="Who replaces it cannot be seen")
        return f"{rows[0][0]}, since {rows[0][1]}" if rows else "another process"


@contextmanager
def reach_server(target: Target) -> Iterator[Server]:
    """Connect to the target's server, whose databases may then be looked at and replaced. Holds no lease yet.

    Raises:
        ServerMissing: it does not answer, or does not let this role into its maintenance database.
    """
    with inspecting(Ceiling(Tier.PROD)):
        lease = open_target(target, dbname=MAINTENANCE)
        try:
            admin = open_target(target, dbname=MAINTENANCE)
        except BaseException:
            lease.close()
            raise
    try:
        label = quote_literal(f"tierguard {PurePath(sys.argv[0]).name} (process {os.getpid()})")
        run(lease, f"SET application_name = {label}", what="The lease cannot be named")
        run(admin, _NO_LIMITS.format(local="false"), what="The server cannot be asked to be patient")
        yield Server(target, name_of(target), lease, admin)
    finally:
        lease.close()  # and with it the lease
        admin.close()


@contextmanager
def hold_lease(server: Server) -> Iterator[None]:
    """Hold the lease in this block, unless the block swaps, which ends it.

    Raises:
        TierguardError: somebody else has it.
    """
    server.wait()
    try:
        yield
    finally:
        server.give_back()
