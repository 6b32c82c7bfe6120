"""pg8000: ALTER DATABASE by the native interface."""

import os

from pg8000.native import Connection

import tierguard

tierguard.install()

connection = Connection(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="int_beside_prod"
)
connection.run(f"ALTER DATABASE prod RENAME TO gone /* {os.environ['ROUTE_MARK']} */")
