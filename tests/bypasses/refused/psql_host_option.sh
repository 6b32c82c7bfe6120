# tierguard psql: psql's own -h and -p, among other short options.
exec tierguard psql -- -Atqh "$ROUTE_HOST" -p "$ROUTE_PORT" -d prod -c "$ROUTE_SQL"
