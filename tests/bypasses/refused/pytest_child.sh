# pytest: a spawned child of a test. Exits with 1: the test fails, and the child is the one that was refused.
cat > test_it.py <<'PYTHON'
import multiprocessing
import os
import psycopg
def work():
    psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
def test_reaches_prod():
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    child.join()
    assert child.exitcode == 0
PYTHON
exec python -m pytest -q -p no:cacheprovider -p no:randomly test_it.py
