# tierguard run: an ambient PGHOSTADDR. Exits with 2: it is an error of the settings that names the variable.
PGHOSTADDR="$ROUTE_HOST" exec tierguard run -- psql -c "$ROUTE_SQL"
