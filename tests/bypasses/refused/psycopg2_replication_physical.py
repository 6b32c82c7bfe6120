"""psycopg2: a physical replication connection, which streams every database of the server and answers no question."""

import os

import tierguard

tierguard.install()

from psycopg2.extras import PhysicalReplicationConnection  # noqa: E402

connection = PhysicalReplicationConnection(os.environ["PROD_URL"])
connection.cursor().execute("IDENTIFY_SYSTEM")
