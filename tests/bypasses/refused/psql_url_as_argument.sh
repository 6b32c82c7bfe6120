# tierguard psql: PROD's URL among psql's own arguments.
exec tierguard psql -- -c "$ROUTE_SQL" "$PROD_URL"
