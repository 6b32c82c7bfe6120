# tierguard dump and restore: INT into INT.
export TEST_DATABASE_URL="$INT_DUMPED_URL"
tierguard dump int.dump && tierguard restore --clean int.dump && tierguard psql -- -c "$ROUTE_SQL"
