# tierguard run: the answer comes from a pipe.
yes | tierguard run --tier prod -- psql -c "$ROUTE_SQL"
