# tierguard run: a child that is given STG, and takes PROD.
exec tierguard run --tier stg -- python -c "import os, psycopg; psycopg.connect(os.environ['PROD_URL']).execute(os.environ['ROUTE_SQL'])"
