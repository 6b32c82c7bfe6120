# tierguard run: CI whose DATABASE_URL leads to PROD.
CI=true DATABASE_URL="$PROD_URL" exec tierguard run -- psql -c "$ROUTE_SQL"
