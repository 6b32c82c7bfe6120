# tierguard run: dropdb is told PROD's own server.
exec tierguard run -- dropdb -f -w -h"$ROUTE_HOST" --po "$ROUTE_PORT" -U app prod
