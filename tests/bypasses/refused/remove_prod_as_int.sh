# tierguard remove: PROD's marker by INT's URL, the name typed by a pipe.
export TEST_DATABASE_URL="$PROD_URL"
yes app/int | tierguard remove int
