# pg8000 on PROD, of a person: a change that is rolled back asks nobody.
cat > changes.py <<'PY'
import os

import pg8000.dbapi

import tierguard

tierguard.install()
tierguard.resolve("prod")
where = {"host": os.environ["ROUTE_HOST"], "port": int(os.environ["ROUTE_PORT"]), "database": os.environ["ROUTE_DB"]}
connection = pg8000.dbapi.connect(os.environ["ROUTE_USER"], **where)
connection.cursor().execute(os.environ["ROUTE_SQL"])
connection.rollback()
PY
env USE_PROD_DATABASE=true python "$(dirname "$0")/../typist.py" python changes.py
