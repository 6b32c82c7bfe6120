# tierguard run: an ambient PGHOSTADDR leads nobody elsewhere: it is taken away before anything connects.
PGHOSTADDR="$ROUTE_HOST" exec tierguard run -- psql -c "$ROUTE_SQL"
