# pytest: tests on INT, with PROD's flag set, which they ignore.
cat > test_it.py <<'PYTHON'
import os
import psycopg
import tierguard
def test_reaches_int():
    with psycopg.connect(tierguard.resolve().url) as connection:
        connection.execute(os.environ["ROUTE_SQL"])
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python -m pytest -q -p no:cacheprovider test_it.py
