# tierguard psql: STG's URL leads to PROD.
STG_DATABASE_URL="$PROD_URL" exec tierguard psql --tier stg -- -c "$ROUTE_SQL"
