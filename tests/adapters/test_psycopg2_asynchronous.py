"""psycopg2's asynchronous connections: judged while their users wait for them, in whatever loop, and never before."""

import asyncio
import contextlib
import gc
import weakref

import psycopg2
import psycopg2.extensions
import psycopg2.extras
import pytest
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

from tierguard.errors import IdentityMismatch
from tierguard.text import conninfo

RAW = psycopg2.extensions.connection.__mro__[1]


class Old(RAW):
    """A class from before the gate."""


FACTORIES = [None, Old, RAW, psycopg2.extras.DictConnection, psycopg2.extras.LogicalReplicationConnection]
each_factory = pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory and factory.__name__)


def wait(connection):
    """Wait as programs do, and return what was waited for."""
    states = []
    while True:
        states.append(connection.poll())
        if states[-1] == POLL_OK:
            return states
        assert states[-1] in {POLL_READ, POLL_WRITE}
        psycopg2.extras.wait_select(Once(connection, states[-1]))


class Once:
    """Lets the driver's own waiting wait once."""

    def __init__(self, connection, state):
        self.fileno, self.states = connection.fileno, [POLL_OK, state]

    def poll(self):
        return self.states.pop()


async def connect_in_loop(url, **options):
    """Connect as aiopg does: its callback knows the driver's errors and warnings, and nothing else."""
    loop = asyncio.get_running_loop()
    connection = psycopg2.connect(url, async_=1, **options)
    assert connection.isexecuting()
    line, ready = connection.fileno(), loop.create_future()

    def step():
        loop.remove_reader(line)
        loop.remove_writer(line)
        try:
            state = connection.poll()
        except (psycopg2.Warning, psycopg2.Error) as error:
            ready.set_exception(error)
        else:
            if state == POLL_OK:
                ready.set_result(None)
            else:
                (loop.add_reader if state == POLL_READ else loop.add_writer)(line, step)

    step()
    await asyncio.wait_for(ready, 60)
    return connection


@contextlib.asynccontextmanager
async def proxy(url):
    """A proxy to the server in this very loop: give the URL that leads through it."""
    parts = conninfo.parse(url).effective()

    async def copy(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()
            await writer.wait_closed()

    async def pass_on(reader, writer):
        lines.append(asyncio.current_task())
        other_reader, other_writer = await asyncio.open_connection(parts["host"], int(parts["port"]))
        await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

    lines = []
    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        try:
            yield conninfo.build(parts | {"host": host, "port": str(port)})
        finally:
            await asyncio.gather(*lines)


@each_factory
def test_it_is_judged_while_it_is_waited_for(arena, factory):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        connection = psycopg2.connect(url, async_=1, connection_factory=factory)
        assert tap.said == []
        wait(connection)
        assert not connection.isexecuting()
        assert ["pg_control_system" in text for _, text in tap.said] == [True]
        assert type(connection) is (psycopg2.extensions.connection if factory in {None, RAW} else factory)
        cursor = connection.cursor()
        cursor.execute("SELECT 42")
        wait(connection)
        assert list(cursor.fetchone()) == [42]
        connection.close()


@each_factory
def test_prod_is_refused_when_it_is_polled(arena, factory):
    with arena.tap(arena.make(tier="prod")) as (tap, url):
        connection = psycopg2.connect(url, async_=1, connection_factory=factory)
        with pytest.raises(IdentityMismatch) as caught:
            wait(connection)
        assert isinstance(caught.value, psycopg2.Warning)  # which event loops hand on, and nobody tries again for
        assert caught.value.exit_code == 3
        assert connection.closed
        assert all("pg_control_system" in text for _, text in tap.said)
        with pytest.raises(psycopg2.InterfaceError):
            connection.poll()


def test_a_proxy_in_the_same_loop_answers_meanwhile(arena):
    async def use(url):
        async with proxy(url) as through:
            (await connect_in_loop(through)).close()

    asyncio.run(use(arena.make(tier="int")))
    with pytest.raises(IdentityMismatch):
        asyncio.run(use(arena.make(tier="prod")))


def test_nothing_is_made_of_it_before(arena):
    connection = psycopg2.connect(arena.make(tier="prod"), async_=1)
    while connection.poll() == POLL_WRITE:
        assert connection.isexecuting()
        with pytest.raises(psycopg2.OperationalError, match="asynchronous connection attempt underway"):
            connection.cursor()
    connection.close()


def test_one_that_is_lost_is_the_drivers_error(arena):
    with arena.tap(arena.make(tier="int"), cut=True) as (_, url):
        connection = psycopg2.connect(url, async_=1)
        with pytest.raises(psycopg2.OperationalError):
            wait(connection)
        assert connection.closed
    with pytest.raises(psycopg2.OperationalError):
        wait(psycopg2.connect("host=127.0.0.1 port=1 user=x dbname=x", async_=1))


def test_one_that_is_given_up_in_the_middle_is_thrown_away(arena):
    with arena.tap(arena.make(tier="int")) as (tap, url):
        tap.mute = True
        connection = psycopg2.connect(url, async_=1)
        while connection.poll() == POLL_WRITE or not tap.said:
            pass
        closed, thrown = connection, psycopg2.connect(url, async_=1)
        closed.close()
        with pytest.raises(psycopg2.InterfaceError):
            closed.poll()
        thrown.poll()
        known = weakref.ref(thrown)
        del thrown
        gc.collect()
        assert known() is None
