# tierguard dump: INT's URL leads to PROD.
TEST_DATABASE_URL="$PROD_URL" exec tierguard dump int.dump
