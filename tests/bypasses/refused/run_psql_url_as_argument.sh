# tierguard run: PROD's URL among psql's own arguments.
exec tierguard run -- psql -Atc "$ROUTE_SQL" "$PROD_URL"
