# psycopg: an agent that an interpreter runs, which sets no variable: its script is above.
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
echo 'import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))' > aider
env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true python aider python "$typist" python -c "$code"
