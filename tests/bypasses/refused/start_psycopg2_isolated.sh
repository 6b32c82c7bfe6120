# psycopg2: the same in an isolated interpreter, which ignores PYTHONPATH and whatever else the environment says.
exec python -I -c 'import os, psycopg2
connection = psycopg2.connect(os.environ["PROD_URL"])
connection.cursor().execute(os.environ["ROUTE_SQL"])
connection.commit()'
