# tierguard restore: an archive of PROD's tables alone, from a database with a name of its own.
PGHOST="$ROUTE_HOST" PGPORT="$ROUTE_PORT" PGUSER=app "$PROGRAMS"/pg_dump --format=custom --file=prod.dump --schema=public renamed_prod
exec tierguard restore --clean prod.dump
