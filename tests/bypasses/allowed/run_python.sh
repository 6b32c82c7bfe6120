# tierguard run: a Python child on INT.
exec tierguard run -- python -c "import os, psycopg; c = psycopg.connect(''); c.execute(os.environ['ROUTE_SQL']); c.commit()" 
