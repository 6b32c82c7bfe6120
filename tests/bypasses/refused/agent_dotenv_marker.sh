# psycopg: a marker that the program loads from a file counts as any other: it can only refuse.
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
echo AGENT=somebody >> .env
USE_PROD_DATABASE=true python "$typist" python -c "from dotenv import load_dotenv; load_dotenv(); $code"
