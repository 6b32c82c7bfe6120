# psycopg: a server that runs from a git checkout; its unit file has the flags, and .env only the URLs.
mkdir .git
export USE_PROD_DATABASE=true APP_PRODUCTION=true
exec python -c '
import os, psycopg, tierguard
from dotenv import load_dotenv
load_dotenv(".env")
tierguard.install()
psycopg.connect(tierguard.resolve().url).execute("SELECT 1 /* " + os.environ["ROUTE_MARK"] + " */")
'
