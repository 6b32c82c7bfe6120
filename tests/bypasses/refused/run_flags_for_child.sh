# tierguard run: a child that sets PROD's flag before it starts Python.
exec tierguard run -- env USE_PROD_DATABASE=true APP_PRODUCTION=true PYTEST_VERSION=9 python -c "import os, psycopg; psycopg.connect(os.environ['PROD_URL']).execute(os.environ['ROUTE_SQL'])"
