# tierguard url: PROD's URL for nobody.
psql "$(tierguard url --tier prod)" -c "$ROUTE_SQL"; exec tierguard url --tier prod
