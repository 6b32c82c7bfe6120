# tierguard psql: STG, with psql's own arguments.
exec tierguard psql --tier stg -- -Atq -v who=me --comm="$ROUTE_SQL"
