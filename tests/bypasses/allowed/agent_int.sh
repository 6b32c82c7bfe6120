# psycopg: an agent at work on INT, with and without a terminal.
code='import os, psycopg; psycopg.connect(os.environ["INT_URL"]).execute("SELECT 1 /* " + os.environ["ROUTE_MARK"] + " */")'
export CLAUDECODE=1
python -c "$code" && exec python "$(dirname "$0")/../typist.py" python -c "$code"
