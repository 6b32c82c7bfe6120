# pytest: a test that connects to PROD.
cat > test_it.py <<'PYTHON'
import os
import psycopg
def test_reaches_prod():
    psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
