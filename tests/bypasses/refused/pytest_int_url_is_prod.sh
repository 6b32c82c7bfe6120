# pytest: INT's URL leads to PROD.
cat > test_it.py <<'PYTHON'
def test_nothing():
    pass
PYTHON
TEST_DATABASE_URL="$PROD_URL" exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
