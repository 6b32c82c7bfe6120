# tierguard run: PROD by option and nobody at a terminal.
exec tierguard run --tier prod -- psql -c "$ROUTE_SQL"
