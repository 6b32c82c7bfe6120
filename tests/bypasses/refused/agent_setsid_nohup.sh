# psycopg: a session of its own, without the shell's signals and variables.
command -v setsid >/dev/null || exit 77
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
export typist code
QWEN_CODE=1 sh -c 'env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true setsid --wait nohup python "$typist" python -c "$code"; exit $?'
