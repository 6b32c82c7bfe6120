# tierguard run: an ambient PGHOST fills INT's URL. Exits with 2: it is an error of the settings that names the variable.
TEST_DATABASE_URL=postgresql:///prod PGHOST="$ROUTE_HOST" PGPORT="$ROUTE_PORT" PGUSER=app exec tierguard run -- psql -c "$ROUTE_SQL"
