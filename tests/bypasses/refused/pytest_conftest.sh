# pytest: a conftest that connects when it is imported.
cat > conftest.py <<'PYTHON'
import os
import psycopg
psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
echo 'def test_nothing(): pass' > test_it.py
exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
