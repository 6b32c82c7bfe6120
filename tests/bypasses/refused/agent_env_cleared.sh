# psycopg: an agent starts from an environment made from nothing; the shell above still has its variable.
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export typist code
CODEX_SANDBOX=seatbelt sh -c 'env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true python "$typist" python -c "$code"; exit $?'
