"""A new connection to PROD becomes a session whose statements are judged; a person's is read-only but for the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tierguard.errors import PolicyRefused
from tierguard.evidence.config import DEFAULT
from tierguard.model import Operation, Tier
from tierguard.process.holding.session import Session
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.process.admission import Answer
    from tierguard.process.chosen import Process

PROTECT: Final = "SET default_transaction_read_only = on"
_ABOUT: Final = "SELECT json_build_array(pg_backend_pid(), pg_is_in_recovery())::text"
POOLER: Final = (
    "a connection pooler stands between, where a session is not one's own, so no commit can be held; "
    "connect to the server itself to change something"
)
_STANDBY: Final = "this server is a standby, where nothing can be changed"
_READING: Final = "the consent that this process was started with is for reading only"


def open_session(
    process: Process, reading: Reading, parameters: Mapping[str, str], backend: int
) -> Generator[str, Answer, Session]:
    """Return the session of a new connection, after its server was told to be careful with it.

    Args:
        process: whose connection it is; it may use PROD.
        reading: what the database said.
        parameters: where the connection went, in libpq's keywords, without secrets.
        backend: the number of the server's process, as the protocol said when the connection was made.

    Raises:
        PolicyRefused: the server does not do as it is told.
    """
    session = Session(process, reading, parameters, process.ceiling())
    if not session.is_persons:
        return session
    if session.standing.operation is Operation.READ:
        session.sealed, session.bounded = _READING, True
    about = yield _ABOUT
    pid, standby = json.loads(about.value or "[0, false]")
    if standby:
        session.sealed = _STANDBY
    elif pid != backend:
        # A setting would stay in the session, which somebody else gets next.
        session.sealed, session.pooled = POOLER, True
        return session
    told = yield protect(session)
    if told.problem:
        raise PolicyRefused(
            f"{session.place}: this session cannot be made read-only until a change is shown: {told.problem}",
            rule="commit-gate",
        )
    return session


def protect(session: Session) -> str:
    """Return the SQL that makes a person's session careful, and does so again where the driver has reset it."""
    return "; ".join((PROTECT, *_bounds(session)))


def _bounds(session: Session) -> tuple[str, ...]:
    source = session.process.config.database(DEFAULT).sources[Tier.PROD]
    idle = f"SET idle_in_transaction_session_timeout = {quote_literal(source.idle_timeout)}"
    if session.standing.operation is not Operation.READ:
        return (idle,)
    return idle, f"SET statement_timeout = {quote_literal(source.statement_timeout)}"
