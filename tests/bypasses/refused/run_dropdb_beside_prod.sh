# tierguard run: dropdb names PROD, from INT in PROD's own server.
TEST_DATABASE_URL="$INT_BESIDE_PROD_URL" exec tierguard run -- dropdb --force prod
