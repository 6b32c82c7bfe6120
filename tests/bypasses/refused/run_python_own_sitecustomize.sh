# tierguard run: a project with a sitecustomize of its own, which connects.
mkdir mine
cat > mine/sitecustomize.py <<'PYTHON'
import os
import sys
import psycopg
try:
    psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
except Exception as error:
    print(error, file=sys.stderr)
    os._exit(3)
PYTHON
exec tierguard run -- sh -c 'PYTHONPATH="$PYTHONPATH:mine" exec python -c pass'
