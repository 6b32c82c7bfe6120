"""A person's session of SQLAlchemy on PROD, and Django's by its statements: what is shown is what is committed."""

import pytest
from support import clusters
from support.child import environment, needs_no_agent, type_at_terminal

pytestmark = needs_no_agent

DATABASE = "sqlalchemy_held"
THERE = """
CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people ON DELETE CASCADE);
INSERT INTO people SELECT n, 'n' || n FROM generate_series(1, 1000) n;
INSERT INTO orders SELECT n, n FROM generate_series(1, 1000) n;
"""
PERSON = {"USE_PROD_DATABASE": "true"}
YES = ("Type yes to go on", "yes\n")
COMMIT = "to commit exactly this"
SETUP = """
import tierguard; tierguard.install()
import sqlalchemy as sa
from sqlalchemy.orm import Session
url = sa.make_url(tierguard.resolve().url).set(drivername="postgresql+psycopg")
engine = sa.create_engine(url, pool_pre_ping=True, pool_size=1)
def delete(over): return sa.text(f"DELETE FROM people WHERE id > {over}")
def people(connection): return connection.scalar(sa.text("SELECT count(*) FROM people"))
"""


@pytest.fixture(scope="module")
def prod(prod_cluster):
    clusters.make_database(prod_cluster, DATABASE)
    clusters.stamp(prod_cluster, DATABASE, "prod")
    yield prod_cluster
    clusters.drop_database(prod_cluster, DATABASE)


@pytest.fixture
def at_terminal(tmp_path, prod):
    """Run code in a pseudo-terminal after SETUP; a person consents and then answers."""
    prod.admin(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {THERE}", DATABASE)
    project = clusters.project(tmp_path / "project", "", "", prod.url(DATABASE))
    (project / "go.py").touch()

    def go(code, *answers):
        (project / "go.py").write_text(SETUP + code)
        asked = [YES, *((prompt, f"{answer}\n") for prompt, answer in answers)]
        return type_at_terminal(["python", "go.py"], cwd=project, env=environment(**PERSON), answers=asked)

    return go


def left(prod):
    return [int(prod.admin(f"SELECT count(*) FROM {table}", DATABASE)[0][0]) for table in ("people", "orders")]


SESSION = """
with Session(engine) as session:
    session.execute(sa.text("INSERT INTO people VALUES (2000, 'x')")); session.commit()
    session.execute(sa.text("DELETE FROM people WHERE id = 2000")); session.commit()
    try:
        with session.begin_nested():
            session.execute(delete(500)); raise ZeroDivisionError
    except ZeroDivisionError: pass
    with session.begin_nested():
        session.execute(delete(900))
    session.commit()
    print("LEFT", people(session))
    session.execute(delete(1))
    try: session.commit()
    except tierguard.ConsentRefused as refusal: print("REFUSED", refusal.rule)
    session.rollback()
    print("LEFT", people(session))
with engine.begin() as connection:
    connection.execute(delete(895))
with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
    try: connection.execute(delete(10))
    except tierguard.ConsentRefused as refusal: print("REFUSED", refusal.rule)
    print("LEFT", people(connection))
with engine.connect() as connection:  # the same connection again, from the pool, after a ping
    print("LEFT", people(connection))
"""


def test_sessions_savepoints_autocommit_and_pool(at_terminal, prod):
    said, code = at_terminal(SESSION, *((COMMIT, answer) for answer in ("app/prod", "no", "app/prod", "no")))
    assert code == 0, said
    first, second, third, fourth = said.split("Not committed yet.")[1:]
    assert "public.people  100 deleted" in first
    assert "public.orders  100 deleted  (no statement names it" in first
    assert "public.people  899 deleted" in second
    assert "public.people  5 deleted" in third
    assert "885 deleted" in fourth
    assert [line for line in said.splitlines() if line.startswith(("LEFT", "REFUSED"))] == [
        *("LEFT 900", "REFUSED commit-gate", "LEFT 900"),
        *("REFUSED commit-gate", "LEFT 895", "LEFT 895"),
    ]
    assert left(prod) == [895, 895]


DJANGO = """
import psycopg
connection = psycopg.connect(tierguard.resolve().url, autocommit=True)  # as Django has it
cursor = connection.cursor()
def atomic(*statements, then):
    connection.autocommit = False
    for statement in statements: cursor.execute(statement)
    getattr(connection, then)()
    connection.autocommit = True
atomic('SAVEPOINT "s1"', "DELETE FROM people WHERE id > 400", 'ROLLBACK TO SAVEPOINT "s1"', 'RELEASE SAVEPOINT "s1"',
       'SAVEPOINT "s2"', "DELETE FROM people WHERE id > 800", 'RELEASE SAVEPOINT "s2"', then="commit")
print("LEFT", cursor.execute("SELECT count(*) FROM people").fetchone()[0])
try: cursor.execute('TRUNCATE "people", "orders";')
except tierguard.ConsentRefused as refusal: print("REFUSED", refusal.rule)
print("LEFT", cursor.execute("SELECT count(*) FROM people").fetchone()[0])
"""


def test_djangos_nested_atomic_and_flush(at_terminal, prod):
    said, code = at_terminal(DJANGO, (COMMIT, "app/prod"), ("to run exactly this", "no"))
    assert code == 0, said
    commit, flush = said.split("Not committed yet.")[1].split("Not run yet.")
    assert "public.people  200 deleted" in commit
    assert "table people: emptied, 800 rows" in flush
    assert [line for line in said.splitlines() if line.startswith(("LEFT", "REFUSED"))] == [
        *("LEFT 800", "REFUSED commit-gate", "LEFT 800")
    ]
    assert left(prod)[0] == 800
