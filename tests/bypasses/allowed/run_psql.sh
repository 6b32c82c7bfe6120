# tierguard run: psql goes to INT, whatever PGHOST and ~/.psqlrc say.
echo '\set ON_ERROR_STOP on' > ~/.psqlrc
PGHOST="$ROUTE_HOST" PGPORT="$ROUTE_PORT" PGDATABASE=prod PGUSER=app exec tierguard run -- sh -c 'test "$PGDATABASE" = app_int && psql -c "$ROUTE_SQL"'
