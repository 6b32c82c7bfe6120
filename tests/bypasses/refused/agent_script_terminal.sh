# psycopg: script(1) makes another terminal between the agent and an environment made from nothing.
command -v script >/dev/null || exit 77
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export typist
echo "$code" > work.py
GEMINI_CLI=1 USE_PROD_DATABASE=true sh -c 'env -u GEMINI_CLI python "$typist" script -qec "python work.py" /dev/null; exit $?'
