# psycopg: one line without tierguard in it, in an environment that has it.
exec python -c 'import os, psycopg; psycopg.connect(os.environ["PROD_URL"], autocommit=True).execute(os.environ["ROUTE_SQL"])'
