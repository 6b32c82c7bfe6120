# tierguard psql: STG's URL leads to a clone of PROD.
STG_DATABASE_URL="$PROD_CLONE_URL" exec tierguard psql --tier stg -- -c "$ROUTE_SQL"
