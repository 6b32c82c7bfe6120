# psycopg: a program takes the agent's variables out of its own environment before it imports anything.
typist="$(dirname "$0")/../typist.py"
code='import os; [os.environ.pop(name) for name in ("CLAUDECODE", "AI_AGENT")]
import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export CLAUDECODE=1 AI_AGENT=claude USE_PROD_DATABASE=true
exec env -u CLAUDECODE python "$typist" env CLAUDECODE=1 python -c "$code"
