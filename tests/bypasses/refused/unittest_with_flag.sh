# psycopg: python -m unittest on a machine with PROD's flag and the production mode set (R1).
cat > test_it.py <<'PYTHON'
import os, unittest
import psycopg
import tierguard
tierguard.install()
class ReachesProd(unittest.TestCase):
    def test_it(self):
        try:
            psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
        except tierguard.AccessRefused as refusal:
            os._exit(refusal.exit_code)
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python -bb -m unittest -q test_it
