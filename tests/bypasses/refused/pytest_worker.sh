# pytest: a test in a worker of pytest-xdist.
cat > test_it.py <<'PYTHON'
import os
import psycopg
def test_reaches_prod():
    psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
exec python -m pytest -q -n 1 -p no:cacheprovider -p no:randomly test_it.py
