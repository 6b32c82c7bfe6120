# pytest: the plugin is switched off, and a fixture installs the gate.
cat > test_it.py <<'PYTHON'
import os
import psycopg
import tierguard
tierguard.install()
def test_reaches_prod():
    try:
        psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
    except tierguard.AccessRefused as refusal:
        os._exit(refusal.exit_code)
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python -m pytest -q -s -p no:tierguard -p no:cacheprovider test_it.py
