# tierguard psql: PROD by option and nobody at a terminal.
exec tierguard psql --tier prod -- -c "$ROUTE_SQL"
