"""psycopg2: the C class of replication connections, bound before the gate was installed and called."""

import os

from psycopg2._psycopg import REPLICATION_LOGICAL, ReplicationConnection

import tierguard

tierguard.install()

connection = ReplicationConnection(os.environ["PROD_URL"], replication_type=REPLICATION_LOGICAL)
connection.cursor().execute(os.environ["ROUTE_SQL"])
