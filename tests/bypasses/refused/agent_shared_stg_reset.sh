# psycopg: an agent resets a shared STG at a terminal of its own, and types the name.
typist="$(dirname "$0")/../typist.py"
echo 'stg.shared = true' >> tierguard.toml
code='import os, psycopg, tierguard
with tierguard.authorize(tierguard.Operation.RESET): psycopg.connect(os.environ["STG_URL"]).execute(os.environ["ROUTE_SQL"])'
CLAUDECODE=1 USE_STG_DATABASE=true python "$typist" python -c "$code"
