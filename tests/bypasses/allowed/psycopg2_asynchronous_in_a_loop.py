"""psycopg2: asynchronous connections as an event loop makes them, which polls, and waits for what that asks for."""

import os
import select

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE
from psycopg2.extras import LogicalReplicationConnection, wait_select

import tierguard

tierguard.install()


def wait_as_a_loop_does(connection):
    if not connection.isexecuting():
        raise SystemExit("it is not asynchronous")
    while (state := connection.poll()) != POLL_OK:
        lines = [[connection] if state == awaited else [] for awaited in (POLL_READ, POLL_WRITE)]
        if not any(select.select(*lines, [], 60)):
            raise SystemExit("its server never says that it is ready")
    if connection.isexecuting():
        raise SystemExit("it does not become ready")


for url in (os.environ["INT_URL"], os.environ["INT_BESIDE_PROD_URL"]):
    connection = psycopg2.connect(url, async_=1)
    wait_as_a_loop_does(connection)
    cursor = connection.cursor()
    cursor.execute(os.environ["ROUTE_SQL"])
    wait_select(connection)
replication = psycopg2.connect(os.environ["INT_URL"], async_=1, connection_factory=LogicalReplicationConnection)
wait_as_a_loop_does(replication)
