"""psycopg2: a logical replication connection to INT beside PROD, with the cursors that replication needs."""

import os

import psycopg2
from psycopg2.extras import LogicalReplicationConnection, ReplicationCursor

import tierguard

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"], connection_factory=LogicalReplicationConnection)
cursor = connection.cursor()
cursor.execute(os.environ["ROUTE_SQL"])
if not isinstance(cursor, ReplicationCursor):
    raise SystemExit(f"no cursor for replication: {type(cursor).__mro__}")
