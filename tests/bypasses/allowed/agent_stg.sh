# psycopg: an agent at work on STG, and tierguard run.
code='import os, psycopg; psycopg.connect(os.environ["STG_URL"]).execute("SELECT 1 /* " + os.environ["ROUTE_MARK"] + " */")'
export CODEX_SANDBOX=seatbelt
USE_STG_DATABASE=true python -c "$code" && exec tierguard run --tier stg -- python -c "$code"
