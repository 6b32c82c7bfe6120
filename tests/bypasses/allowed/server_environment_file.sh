# psycopg: a container or a release folder without .git; the flags come from the environment file beside the program.
printf 'APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n' >> .env
set -a; . ./.env; set +a
exec python -c '
import os, psycopg, tierguard
tierguard.install()
psycopg.connect(tierguard.resolve().url).execute("SELECT 1 /* " + os.environ["ROUTE_MARK"] + " */")
'
