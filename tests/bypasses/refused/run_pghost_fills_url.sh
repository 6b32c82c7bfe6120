# tierguard run: an ambient PGHOST that would fill INT's URL. Exits with 4: without it nobody answers where the URL leads.
TEST_DATABASE_URL=postgresql:///prod PGHOST="$ROUTE_HOST" PGPORT="$ROUTE_PORT" PGUSER=app exec tierguard run -- psql -c "$ROUTE_SQL"
