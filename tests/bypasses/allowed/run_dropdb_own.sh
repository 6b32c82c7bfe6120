# tierguard run: createdb and dropdb of a test database of one's own, on a server with much that is unmarked.
set -e
tierguard run -- createdb test_by_hand
tierguard run -- dropdb test_by_hand
exec tierguard run -- psql -c "$ROUTE_SQL"
