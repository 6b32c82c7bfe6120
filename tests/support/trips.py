"""Round trips of the drivers: one row of a small table by its id, over and over on a connection, each timed.

They are made on bare connections and on guarded ones: what the gate changes in the drivers is put in and out.
"""

from __future__ import annotations

from pkgutil import resolve_name
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

    Trips = Callable[[int], list[float]]  # makes so many of them, and returns the seconds of each

# What the adapters change: modules and classes of each driver.
PLACES = (
    "psycopg._connection_base:BaseConnection",
    "psycopg._cursor_base:BaseCursor",
    "psycopg._server_cursor_base:ServerCursorMixin",
    "psycopg.client_cursor:ClientCursorMixin",
    "psycopg2",
    "asyncpg.connect_utils",
    "asyncpg.connection:Connection",
    "pg8000.core:CoreConnection",
)
READ = "SELECT id, name FROM people WHERE id = "


def quartile(run: Trips, number: int) -> float:
    """Return the lower quartile of the seconds that each of ``number`` takes."""
    return sorted(run(number))[number // 4]


class Functions:
    """What the drivers work with, without the gate and with it."""

    def __init__(self) -> None:
        self.bare = self._read()
        self.guarded = self.bare

    def note(self) -> None:
        """Take what they work with now for what they work with behind the gate."""
        self.guarded = self._read()

    def put(self, functions: dict[tuple[str, str], Any]) -> None:
        """Let them work with these."""
        for (place, name), function in functions.items():
            if vars(resolve_name(place)).get(name) is not function:
                setattr(resolve_name(place), name, function)

    def connect(self, connect: Callable[[], Any]) -> tuple[Any, Any]:
        """Return what ``connect`` makes, bare and guarded."""
        self.put(self.bare)
        bare = connect()
        self.put(self.guarded)
        guarded = connect()
        self.note()  # what a session on PROD has put into a driver
        return bare, guarded

    def time(self, functions: dict[tuple[str, str], Any], run: Trips, number: int) -> float:
        """Return the seconds of one round trip with these, once the interpreter has got used to them."""
        self.put(functions)
        run(number // 2)
        return quartile(run, number)

    @staticmethod
    def _read() -> dict[tuple[str, str], Any]:
        return {(place, name): value for place in PLACES for name, value in vars(resolve_name(place)).items()}


def over(call: Callable[[], object]) -> Trips:
    """Return what calls ``call`` over and over."""

    def run(number: int) -> list[float]:
        times = []
        for _ in range(number):
            start = perf_counter()
            call()
            times.append(perf_counter() - start)
        return times

    return run


def use_psycopg(url: str, *, autocommit: bool = False) -> Trips:
    """psycopg 3, in an open transaction, or where every statement stands alone."""
    import psycopg

    connection = psycopg.connect(url, autocommit=autocommit)
    return over(lambda: connection.execute(f"{READ}%s", (7,)).fetchone())


def use_sqlalchemy(url: str) -> Trips:
    """SQLAlchemy with psycopg 3, in an open transaction."""
    from sqlalchemy import bindparam, column, create_engine, select, table

    connection = create_engine(url.replace("postgresql:", "postgresql+psycopg:")).connect()
    people = table("people", column("id"), column("name"))
    statement = select(people).where(people.c.id == bindparam("wanted"))
    return over(lambda: connection.execute(statement, {"wanted": 7}).one())


def use_sessions(url: str) -> Trips:
    """What a request does: a session with a connection of SQLAlchemy's pool, one object, its end."""
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    person = _map_person()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))

    def get() -> None:
        with Session(engine) as session:
            session.get(person, 7)

    return over(get)


def _map_person() -> type:
    from sqlalchemy import Column, Integer, Table, Text
    from sqlalchemy.orm import registry

    class Person:
        pass

    mapping = registry()
    columns = Column("id", Integer, primary_key=True), Column("name", Text)
    mapping.map_imperatively(Person, Table("people", mapping.metadata, *columns))
    return Person


def use_psycopg2(url: str) -> Trips:
    """psycopg2, in an open transaction."""
    import psycopg2

    cursor = psycopg2.connect(url).cursor()

    def read() -> None:
        cursor.execute(f"{READ}%s", (7,))
        cursor.fetchone()

    return over(read)


def use_pg8000(dbname: str, user: str, socket: Path) -> Trips:
    """pg8000, in an open transaction."""
    import pg8000.dbapi

    cursor = pg8000.dbapi.connect(user, database=dbname, unix_sock=str(socket)).cursor()

    def read() -> None:
        cursor.execute(f"{READ}%s", (7,))
        cursor.fetchone()

    return over(read)


def use_asyncpg(url: str, runner: asyncio.Runner) -> Trips:
    """asyncpg, in an open transaction."""
    import asyncpg

    async def begin() -> asyncpg.Connection:
        connection = await asyncpg.connect(url)
        await connection.execute("BEGIN")
        return connection

    connection = runner.run(begin())

    async def read(number: int) -> list[float]:
        times = []
        for _ in range(number):
            start = perf_counter()
            await connection.fetchrow(f"{READ}$1", 7)
            times.append(perf_counter() - start)
        return times

    return lambda number: runner.run(read(number))
