# tierguard psql: INT in PROD's own server, where one \connect leads to PROD.
TEST_DATABASE_URL="$INT_BESIDE_PROD_URL" exec tierguard psql -- -c "\connect prod" -c "$ROUTE_SQL"
