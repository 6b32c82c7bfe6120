from __future__ import annotations

import json
import socket
import sys
import threading

import pytest
from sqlalchemy import text
from support.api import client_of, copy_of
from support.child import environment, run

from app.db import engine

pytestmark = pytest.mark.xdist_group("api")

# In a process of its own: here a refusal would rightly end the run.
ASK = """
import json
from fastapi.testclient import TestClient
from app.main import app
client = TestClient(app, raise_server_exceptions=False)
health = client.get("/health")
assert health.status_code == 503
print(json.dumps([health.json(), health.headers["x-database-tier"], client.get("/api/categories").status_code]))
"""


def test_health_tells_what_the_database_says_about_itself(migrated):
    answer = client_of(migrated).get("/health")
    body = answer.json()
    assert (answer.status_code, body["status"], body["tier"]) == (200, "ok", "int")
    assert body["marker"]["tier"] == "int"
    assert body["migration"]["revision"] == body["migration"]["head"] != ""
    assert body["marker"]["proof"] == "bound"
    assert answer.headers["cache-control"] == "no-store"
    engine(migrated).dispose()  # others copy it


def test_a_copy_says_that_it_is_one(server, migrated):
    with copy_of(server, migrated) as url:
        assert client_of(url).get("/health").json()["marker"]["proof"] == "copy"


@pytest.mark.parametrize(
    ("change", "revision"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "0001"),
        ("UPDATE alembic_version SET version_num = 'newer'", "newer"),
        ("DROP TABLE alembic_version", ""),
    ],
)
def test_another_schema_than_the_codes_is_degraded_but_serves(database, change, revision):
    with engine(database).begin() as connection:
        connection.execute(text(change))
    answer = client_of(database).get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert (answer.json()["migration"]["revision"], answer.json()["migration"]["at_head"]) == (revision, False)


def test_a_database_that_became_a_copy_of_prod_is_refused(server, migrated):
    marker = json.dumps({"v": 1, "tier": "prod", "project": "instainstru", "db": "x", "oid": "1", "sysid": "1"})
    with copy_of(server, migrated) as url:
        with engine(url).begin() as connection:
            connection.exec_driver_sql(f"COMMENT ON SCHEMA tierguard IS '{marker}'")
        asked = run([sys.executable, "-c", ASK], env=environment(TEST_DATABASE_URL=url))
    health, tier, catalogue = json.loads(asked.stdout)
    assert (health["status"], health["tier"], tier, catalogue) == ("refused", None, "unknown", 503), asked.stderr


def test_a_server_that_is_gone_is_503_without_a_secret():
    answer = client_of("postgresql://someone:hush-hush@127.0.0.1:9/nowhere").get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.headers["x-database-tier"] == "unknown"
    assert "hush" not in answer.text
    assert "someone" not in answer.text


def test_a_server_that_never_answers_holds_nobody_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Without a connect_timeout libpq waits for this server until the test's own end.
        url = f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/nowhere?connect_timeout=0"
        api = client_of(url, patient=False)
        codes = []
        several = [threading.Thread(target=lambda: codes.append(api.get("/health").status_code)) for _ in range(4)]
        for one in several:
            one.start()
        for one in several:
            one.join()
    assert codes == [503] * 4
