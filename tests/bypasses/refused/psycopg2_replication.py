"""psycopg2: a logical replication connection."""

import os

import psycopg2
from psycopg2.extras import LogicalReplicationConnection

import tierguard

tierguard.install()

connection = psycopg2.connect(os.environ["PROD_URL"], connection_factory=LogicalReplicationConnection)
connection.cursor().execute(os.environ["ROUTE_SQL"])
