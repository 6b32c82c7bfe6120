"""psycopg2: a replication connection of one's own that runs a statement as soon as it can."""

import os

import psycopg2
import psycopg2.extras

import tierguard


class Mine(psycopg2.extras.LogicalReplicationConnection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cursor().execute(os.environ["ROUTE_SQL"])


tierguard.install()
psycopg2.connect(os.environ["PROD_URL"], connection_factory=Mine)
