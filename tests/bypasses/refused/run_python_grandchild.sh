# tierguard run: a Python child of a shell of a Python child.
export GRANDCHILD='exec python -c "import os, psycopg2; psycopg2.connect(os.environ[\"PROD_URL\"]).cursor().execute(os.environ[\"ROUTE_SQL\"])"'
exec tierguard run -- python -c 'import os, subprocess, sys; sys.exit(subprocess.call(["sh", "-c", os.environ["GRANDCHILD"]]))'
