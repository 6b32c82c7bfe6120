# tierguard restore: an archive of PROD into STG.
PGHOST="$ROUTE_HOST" PGPORT="$ROUTE_PORT" PGUSER=app "$PROGRAMS"/pg_dump --format=custom --file=prod.dump prod
exec tierguard restore --tier stg prod.dump
