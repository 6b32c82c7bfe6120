# psycopg: a .env copied from a server, exported by the shell, in the folder of a program below the project's root.
mkdir -p .git backend
printf 'APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n' > backend/.env
set -a; . backend/.env; set +a
cat > backend/job.py <<'PYTHON'
import os, psycopg, tierguard
tierguard.install()
psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
exec python backend/job.py
