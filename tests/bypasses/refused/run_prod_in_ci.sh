# tierguard run: PROD by option in CI.
CI=true exec tierguard run --tier prod -- psql -c "$ROUTE_SQL"
