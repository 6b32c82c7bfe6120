"""psycopg 3: sync, async and pools, all of which make their connections in one generator.

``BaseConnection._connect_gen`` is looked up on the class at every connect, so names bound before the gate was
installed (``from psycopg import connect``) and subclasses pass through it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierguard.identity import QUERY

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from psycopg import Connection

    from tierguard.gate import Gate
    from tierguard.model import Target


def hook(module: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that psycopg makes from now on."""
    from psycopg import generators, pq

    base = module._connection_base.BaseConnection  # noqa: SLF001 - the one place all connections pass
    original = base._connect_gen.__func__  # noqa: SLF001

    def ask(pgconn: Any, sql: str) -> Generator[Any, Any, tuple[str | None, str]]:
        """Send one simple query, and return its last value or the server's error."""
        pgconn.send_query(sql.encode())
        results = yield from _as_connecting(generators.execute(pgconn), pgconn.socket)
        last = results[-1]
        if last.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            return None, last.get_error_message() if hasattr(last, "get_error_message") else "the query failed"
        value = last.get_value(0, 0) if last.ntuples else None
        return (value.decode() if value is not None else None), ""

    def connect_gen(cls: Any, *args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        connection = yield from original(cls, *args, **kwargs)
        pgconn = connection.pgconn
        try:
            try:
                answer, problem = yield from ask(pgconn, QUERY)
            except module.Error as error:
                answer, problem = None, str(error)
            parameters = effective(pgconn)
            reading, verdict = gate.examine(answer, parameters, problem)
            if sql := gate.stamp_for(reading, verdict, parameters):
                yield from ask(pgconn, sql)
        except BaseException:
            pgconn.finish()
            raise
        return connection

    base._connect_gen = classmethod(connect_gen)  # noqa: SLF001


def _as_connecting(steps: Generator[Any, Any, Any], socket: int) -> Generator[Any, Any, Any]:
    """Run a query's generator inside a connection's: the latter's loop wants the socket beside each step."""
    try:
        step = next(steps)
        while True:
            step = steps.send((yield socket, step))
    except StopIteration as end:
        return end.value


def effective(pgconn: Any) -> Mapping[str, str]:
    """Return libpq's own view of where a connection went, without its secrets."""
    from psycopg import pq

    known = {}
    for option in pgconn.info:
        if option.val and not (option.dispchar or b"").startswith(b"*"):
            known[option.keyword.decode()] = option.val.decode(errors="replace")
    known["host"] = pgconn.host.decode(errors="replace")
    known["port"] = pgconn.port.decode()
    known["dbname"] = pgconn.db.decode(errors="replace")
    if pgconn.status != pq.ConnStatus.OK:
        known["status"] = "broken"
    return known


def open_target(target: Target, *, dbname: str = "", connect_timeout: int = 10) -> Connection[Any]:
    """Return a connection in autocommit to ``target``, or to another database of its server.

    Raises:
        ServerMissing: nobody answers there, or it does not let this user in.
        AccessRefused: the gate refused it.
    """
    import psycopg

    from tierguard import conninfo, masking
    from tierguard.errors import ServerMissing

    url = conninfo.libpq_url(conninfo.with_database(target.url, dbname) if dbname else target.url)
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=connect_timeout)
    except psycopg.OperationalError as error:
        where = conninfo.parse(target.url).endpoint
        why = masking.mask(" ".join(str(error).split()))
        raise ServerMissing(
            f"{target.tier.label} at {where} cannot be used: {why}",
            hint=f"Check that the server runs and that {target.source or 'its URL'} is right.",
            rule="server-missing",
        ) from None


def run(connection: Connection[Any], statement: str, *, what: str) -> None:
    """Run one statement of tierguard's own.

    Raises:
        TierguardError: the server refused; its reason is in the message.
    """
    import psycopg

    from tierguard.errors import TierguardError

    try:
        connection.execute(statement.encode())
    except psycopg.Error as error:
        raise TierguardError(f"{what}: {' '.join(str(error).split())}", rule="server-refused") from None
