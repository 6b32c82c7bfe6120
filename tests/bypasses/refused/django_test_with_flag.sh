# psycopg: manage.py test on a machine with PROD's flag and the production mode set (R1), in a spawned worker too.
cat > manage.py <<'PYTHON'
import multiprocessing, os, sys
import psycopg
import tierguard
tierguard.install()
def work():
    try:
        psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
    except tierguard.AccessRefused as refusal:
        print(f"tierguard refused: {refusal}", file=sys.stderr)
        sys.exit(refusal.exit_code)
if __name__ == "__main__":
    worker = multiprocessing.get_context("spawn").Process(target=work)
    worker.start()
    worker.join()
    sys.exit(worker.exitcode or work())
PYTHON
USE_PROD_DATABASE=true APP_PRODUCTION=true exec python manage.py test
