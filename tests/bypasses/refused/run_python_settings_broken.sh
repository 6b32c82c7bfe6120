# tierguard run: a child whose environment makes the settings an error. Exits with 2: it does not even start.
exec tierguard run -- env CI=perhaps python -c "import os, psycopg; psycopg.connect(os.environ['PROD_URL']).execute(os.environ['ROUTE_SQL'])"
