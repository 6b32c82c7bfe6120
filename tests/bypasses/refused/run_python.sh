# tierguard run: a Python child that knows PROD's URL under a name of its own.
exec tierguard run -- python -c "import os, psycopg; psycopg.connect(os.environ['PROD_URL']).execute(os.environ['ROUTE_SQL'])"
