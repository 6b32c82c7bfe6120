"""How full a database is: its size, its tables' rows, its migration. What cannot be read is missing, and said."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch, run
from tierguard.databases.tables import EXACT_BELOW, LISTING, VERSION, Table, counting
from tierguard.errors import TierguardError
from tierguard.text.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIZE: Final = "size"
_ROWS: Final = "rows"
_BACKEND: Final = "backend"
# All of it in one transaction: behind a pooler, a setting of the session would stay for whoever gets it next.
_BEGIN: Final = "BEGIN READ ONLY; SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '10s'"
_MOST_FAILURES: Final = 5  # each may have waited for its timeout; what is left after that is not asked for


@dataclass(frozen=True, slots=True)
class Fill:
    """How full a database is.

    Attributes:
        size: bytes; None where it could not be learned.
        rows: those of each table, by the planner's estimate where it has many; None where they cannot be counted.
        at_least: the tables of which only so many were counted, since the planner knows nothing of them.
        migrations: the revisions that the database is at.
        unread: what could not be read, and why.
        pooled: another process of the server answers than the one that was connected to: a pooler stands in between.
    """

    size: int | None = None
    rows: Mapping[str, int | None] = field(default_factory=dict)
    at_least: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    pooled: bool = False


def count(connection: Any) -> Fill:
    """Return how full the database at the other end is, in three round trips unless something cannot be read.

    Raises:
        TierguardError: its tables cannot even be listed.
    """
    run(connection, _BEGIN, what="it cannot be looked at")
    ((listing,),) = fetch(connection, LISTING, what="its tables cannot be listed")
    tables = [Table(*each) for each in json.loads(listing)]
    closed = {table.shown: "this role may not read it" for table in tables if not table.readable}
    answer, failed = _ask(connection, list(_questions(tables)))
    run(connection, "COMMIT", what="a transaction on it cannot be ended")
    backend = {value for kind, _, value in answer if kind == _BACKEND}
    return replace(_sum_up(tables, answer, closed | failed), pooled=backend != {str(connection.info.backend_pid)})


def read_migrations(connection: Any) -> tuple[str, ...]:
    """Return the revisions that the database at the other end is at, sorted.

    Raises:
        TierguardError: they cannot be read.
    """
    ((listing,),) = fetch(connection, LISTING, what="its tables cannot be listed")
    places = [table.place for table in (Table(*each) for each in json.loads(listing)) if table.is_version]
    found = [fetch(connection, f"SELECT version_num::text FROM {place}", what=VERSION) for place in places]  # noqa: S608 - quoted
    return tuple(sorted({version for rows in found for (version,) in rows if version}))


def _questions(tables: list[Table]) -> Iterator[tuple[str, str]]:
    """Give what is asked about, and a query of the rows kind, name, value."""
    size = "pg_catalog.pg_database_size(pg_catalog.current_database())::text"
    yield _SIZE, f"SELECT {quote_literal(_SIZE)}, '', {size}"
    yield _BACKEND, f"SELECT {quote_literal(_BACKEND)}, '', pg_catalog.pg_backend_pid()::text"
    for table in filter(lambda one: one.readable, tables):
        if table.is_version:
            kind, value = VERSION, f"version_num::text FROM {table.place}"
        else:
            kind, value = _ROWS, f"{counting(table)}::text"
        yield table.shown, f"SELECT {quote_literal(kind)}, {quote_literal(table.shown)}, {value}"


def _ask(connection: Any, questions: list[tuple[str, str]]) -> tuple[list[tuple[Any, ...]], dict[str, str]]:
    """Return the answers, and what failed and why: all at once, and one by one only where that does not go."""
    whole = " UNION ALL ".join(query for _, query in questions)
    answer, why = _try(connection, whole)
    if not why:
        return answer, {}
    failed: dict[str, str] = {}
    for name, query in questions:
        if len(failed) >= _MOST_FAILURES:
            failed[name] = "not counted"
            continue
        rows, why = _try(connection, query)
        answer += rows
        failed |= {name: why} if why else {}
    return answer, failed


def _try(connection: Any, query: str) -> tuple[list[tuple[Any, ...]], str]:
    run(connection, "SAVEPOINT tierguard", what="it cannot be looked at")
    try:
        return fetch(connection, query, what=""), ""
    except TierguardError as error:
        run(connection, "ROLLBACK TO SAVEPOINT tierguard", what=error.message)  # its own failure: the line is lost
        return [], error.message.removeprefix(": ").partition(" LINE ")[0]


def _sum_up(tables: list[Table], answer: list[tuple[Any, ...]], unread: dict[str, str]) -> Fill:
    counted = {name: int(value) for kind, name, value in answer if kind == _ROWS}
    return Fill(
        size=next((int(value) for kind, _, value in answer if kind == _SIZE), None),
        rows={one.shown: counted.get(one.shown) for one in tables if not one.is_version},
        at_least=tuple(
            one.shown for one in tables if one.rows < EXACT_BELOW and counted.get(one.shown, 0) >= EXACT_BELOW
        ),
        migrations=tuple(sorted({value for kind, _, value in answer if kind == VERSION and value})),
        unread=unread,
    )
