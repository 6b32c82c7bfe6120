# tierguard run: INT's URL leads to PROD.
TEST_DATABASE_URL="$PROD_URL" exec tierguard run -- psql -c "$ROUTE_SQL"
