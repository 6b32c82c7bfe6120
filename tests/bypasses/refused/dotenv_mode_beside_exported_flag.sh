# psycopg: PROD's flag is exported in the shell, and the production mode comes from a copied .env.
mkdir .git
printf 'export APP_PRODUCTION="yes"  # the server\n' >> .env
export USE_PROD_DATABASE=true
exec python -c '
import os, psycopg, tierguard
from dotenv import load_dotenv
load_dotenv(".env")
tierguard.install()
psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
'
