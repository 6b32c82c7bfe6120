# tierguard psql: psql's own --dbname, abbreviated.
exec tierguard psql -- -c "$ROUTE_SQL" --db="$PROD_URL"
