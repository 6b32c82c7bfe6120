# pytest: PROD's flag and the production mode, and a test that resolves.
cat > test_it.py <<'PYTHON'
import os
import psycopg
import tierguard
def test_reaches_prod():
    tierguard.resolve()
    psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
