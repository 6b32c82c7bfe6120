"""psycopg2: cursors of a connection whose class was derived before the gate."""

import os

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812


class Early(Connection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.autocommit = True


import tierguard  # noqa: E402

tierguard.install()
connection = psycopg2.connect(os.environ["INT_BESIDE_PROD_URL"], connection_factory=Early)
connection.cursor().execute(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */")
