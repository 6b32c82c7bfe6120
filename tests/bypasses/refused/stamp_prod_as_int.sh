# tierguard stamp: PROD as INT, the name typed by a pipe.
export TEST_DATABASE_URL="$PROD_URL"
yes "app/prod is app/int" | tierguard stamp int
