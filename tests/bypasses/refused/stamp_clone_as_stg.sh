# tierguard stamp: a clone of PROD as STG, the name typed by a pipe.
export STG_DATABASE_URL="$PROD_CLONE_URL"
yes app/stg | tierguard stamp stg
