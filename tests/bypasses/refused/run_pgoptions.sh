# tierguard run: ambient PGOPTIONS. Exits with 2: it is an error of the settings that names the variable.
PGOPTIONS="-c search_path=evil" exec tierguard run -- psql -c "$ROUTE_SQL"
