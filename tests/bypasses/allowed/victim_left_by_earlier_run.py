"""psycopg2: a test database as Django makes it, beside much that is unmarked; a second run drops the first's."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg2

import tierguard

tierguard.install()
url = urlsplit(os.environ["MAINTENANCE_URL"])
maintenance = psycopg2.connect(url.geturl())
maintenance.autocommit = True
cursor = maintenance.cursor()
again = len(sys.argv) > 1
cursor.execute('DROP DATABASE "test_app"' if again else "DROP DATABASE IF EXISTS test_app")
cursor.execute("CREATE DATABASE test_app")
inside = psycopg2.connect(url._replace(path="/test_app").geturl())
inside.autocommit = True
inside.cursor().execute("CREATE TABLE person AS SELECT 1 AS id")
inside.cursor().execute(os.environ["ROUTE_SQL"])
inside.close()
if not again:
    subprocess.run([sys.executable, __file__, "again"], check=True)
    cursor.execute("DROP DATABASE test_app")
