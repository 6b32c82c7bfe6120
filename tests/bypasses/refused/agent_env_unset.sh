# psycopg: an agent takes its variable away and types at a terminal of its own; the shell above still has it.
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export typist code USE_PROD_DATABASE=true
CLINE_ACTIVE=true sh -c 'python "$typist" env -u CLINE_ACTIVE python -c "$code"; exit $?'
