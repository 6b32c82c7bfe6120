# tierguard snapshot and undo: STG's URL leads to PROD, which would be copied, and then replaced by what is kept.
export STG_DATABASE_URL="$PROD_URL"
tierguard snapshot create stg && tierguard psql --tier stg -- -c "$ROUTE_SQL"
exec tierguard undo stg
