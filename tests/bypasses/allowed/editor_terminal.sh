# psycopg: a person in an editor's terminal types yes, and PROD is theirs.
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute("SELECT 1 /* " + os.environ["ROUTE_MARK"] + " */")'
export TERM_PROGRAM=vscode CURSOR_TRACE_ID=0a1b REPL_ID=1 CODEX_HOME="$HOME" USE_PROD_DATABASE=true
exec python "$(dirname "$0")/../typist.py" python -c "$code"
