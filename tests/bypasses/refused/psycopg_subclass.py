"""psycopg: a subclass of Connection, made before the gate."""

import os

from psycopg import Connection


class Mine(Connection):
    pass


import tierguard  # noqa: E402

tierguard.install()
with Mine.connect(os.environ["PROD_URL"], autocommit=True) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
