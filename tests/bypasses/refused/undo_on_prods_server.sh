# STG's URL names a database that is missing on PROD's server, and undo would bring one back there.
STG_DATABASE_URL=$(printf %s "$PROD_URL" | sed 's|/prod$|/stg_on_prods_server|')
export STG_DATABASE_URL
exec tierguard undo stg
