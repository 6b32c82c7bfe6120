# tierguard run: ambient PGOPTIONS change nothing in the child either.
PGOPTIONS="-c search_path=evil" exec tierguard run -- psql -c "$ROUTE_SQL"
