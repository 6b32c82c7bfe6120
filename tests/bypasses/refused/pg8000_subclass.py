"""pg8000: a subclass whose __init__ speaks to the server at once."""

import os

from pg8000.native import Connection


class Mine(Connection):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.run(os.environ["ROUTE_SQL"])


import tierguard  # noqa: E402

tierguard.install()

connection = Mine("app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod")
connection.close()
