# pytest: tests that ask for a copy of INT, whose URL leads to PROD.
printf '[pytest]\ntierguard_databases = worker\n' > pytest.ini
cat > test_it.py <<'PYTHON'
import os
def test_reaches_a_copy(tierguard_connection):
    tierguard_connection.execute(os.environ["ROUTE_SQL"])
PYTHON
TEST_DATABASE_URL="$PROD_URL" exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
