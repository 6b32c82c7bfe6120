"""psycopg2: a logical replication connection, imported after the gate and called without connect()."""

import os

import tierguard

tierguard.install()

from psycopg2.extras import LogicalReplicationConnection  # noqa: E402

connection = LogicalReplicationConnection(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
