# tierguard run: the tier's own server is named, and SQL that looks like a place.
set -e
tierguard run -- psql -v host=x --command "SELECT 'host=x'"
exec tierguard run -- psql -d "$INT_URL" -c "$ROUTE_SQL"
