# tierguard run: an ambient PGSERVICE, PROD's, is taken away.
PGSERVICE=prod exec tierguard run -- psql -c "$ROUTE_SQL"
