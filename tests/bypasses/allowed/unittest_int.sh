# psycopg: unittest on INT, with PROD's flag set, which it ignores.
cat > test_it.py <<'PYTHON'
import os, unittest
import psycopg
import tierguard
tierguard.install()
class ReachesInt(unittest.TestCase):
    def test_it(self):
        with psycopg.connect(tierguard.resolve().url) as connection:
            connection.execute(os.environ["ROUTE_SQL"])
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python -m unittest -q test_it
