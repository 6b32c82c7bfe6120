"""pg8000: a PROD that was never stamped, dropped over the maintenance database."""

import os
from urllib.parse import urlsplit

import pg8000.native

import tierguard

tierguard.install()
url = urlsplit(os.environ["MAINTENANCE_URL"])
connection = pg8000.native.Connection(url.username, host=url.hostname, port=url.port, database="postgres")
connection.run(f"DROP DATABASE unmarked /* {os.environ['ROUTE_MARK']} */")
