# psycopg: one line without tierguard in it reaches INT as ever.
exec python -W error -c 'import os, psycopg
with psycopg.connect(os.environ["INT_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])'
