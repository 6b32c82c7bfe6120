"""pg8000: the class that both interfaces are made from."""

import os

from pg8000.core import CoreConnection

import tierguard

tierguard.install()

connection = CoreConnection("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.execute_simple(os.environ["ROUTE_SQL"])
