# psycopg: an agent calls itself a server, in an environment made from nothing and without a terminal.
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export code
COPILOT_CLI=1 sh -c 'env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true APP_PRODUCTION=true python -c "$code"; exit $?'
