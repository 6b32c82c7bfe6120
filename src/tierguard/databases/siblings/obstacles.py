"""Why no database can be made beside a target's: asked before anything is begun."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import MAINTENANCE, fetch, read_identity
from tierguard.databases.siblings.furnishing import find_missing
from tierguard.databases.siblings.lease import reach_server
from tierguard.errors import ServerMissing
from tierguard.evidence.pins import pins_prod, read_pins
from tierguard.process.chosen import current_process
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.databases.siblings.lease import Server
    from tierguard.deciding.identity import Reading
    from tierguard.model import Target

_RIGHTS: Final = """\
SELECT r.rolsuper OR r.rolcreatedb, r.rolsuper OR pg_catalog.pg_has_role(d.datdba, 'USAGE'), pg_catalog.pg_backend_pid()
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = CURRENT_USER AND d.datname = """


@contextmanager
def reach_beside(target: Target) -> Iterator[tuple[Server | None, str]]:
    """Connect to where databases can be made beside the target's; or give None, and why none can be made."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(reach_server(target))
        except ServerMissing as missing:
            yield None, missing.message
            return
        obstacle = find_obstacle(server)
        yield None if obstacle else server, obstacle


def find_obstacle(server: Server) -> str:
    """Return why no database can be made beside the target's and renamed, or an empty string.

    Raises:
        TierguardError: the server does not say.
    """
    if server.name == MAINTENANCE:
        return f"{MAINTENANCE} is the server's own database"
    reading = read_identity(server.admin)
    if reading.problem:
        return f"the server does not prove itself: {reading.problem}"
    if _holds_prod(reading):
        return "the server holds a PROD, and nothing is created beside it"
    rows = fetch(server.admin, _RIGHTS + quote_literal(server.name), what="The role's rights cannot be read")
    if not rows:
        return f"{server.name} does not exist"
    may_create, owns, backend = rows[0]
    if not may_create:
        return f"the role {reading.user} may not create databases"
    if not owns:
        return f"{server.name} does not belong to the role {reading.user}"
    if backend != server.admin.info.backend_pid:
        return "a pooler is in between, which does not keep a session"
    if missing := find_missing(server):
        return f"it has what only an administrator may create: the extension {missing}"
    return ""


def holds_prod(connection: Any) -> bool:
    """Return whether the server at the other end is known to hold a PROD."""
    return _holds_prod(read_identity(connection))


def _holds_prod(reading: Reading) -> bool:
    return reading.cluster_holds_prod or pins_prod(read_pins(current_process().config.root), reading)
