"""pg8000: the modules reloaded after the gate was installed."""

import importlib
import os

import pg8000
import pg8000.core
import pg8000.native

import tierguard

tierguard.install()
importlib.reload(pg8000.core)
importlib.reload(pg8000.native)
connection = pg8000.native.Connection(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod"
)
connection.run(os.environ["ROUTE_SQL"])
