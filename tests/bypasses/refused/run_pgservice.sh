# tierguard run: an ambient PGSERVICE. Exits with 2: it is an error of the settings that names the variable.
PGSERVICE=prod exec tierguard run -- psql -c "$ROUTE_SQL"
