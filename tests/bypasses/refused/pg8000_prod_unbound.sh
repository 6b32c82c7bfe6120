# pg8000 on PROD, of a person: the core's function, unbound, with the COMMIT in the same text.
cat > attack.py <<'PY'
import os

import pg8000.native
from pg8000.core import CoreConnection

import tierguard

tierguard.install()
tierguard.resolve("prod")
where = {"host": os.environ["ROUTE_HOST"], "port": int(os.environ["ROUTE_PORT"]), "database": os.environ["ROUTE_DB"]}
connection = pg8000.native.Connection(os.environ["ROUTE_USER"], **where)
CoreConnection.execute_simple(connection, f"{os.environ['ROUTE_SQL']}; COMMIT")
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python attack.py
