"""The server on which the conformance kit tries the adapters, and a PROD on which a person changes something."""

import os
from dataclasses import dataclass, field

import pytest
from support.clusters import programs_of_18, running

from tierguard.process.installation import install
from tierguard.testing import FakePrompter
from tierguard.testing.arena import Arena
from tierguard.testing.arena import run as run_unseen

SHOP = """
CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people ON DELETE CASCADE);
CREATE INDEX ON orders (person);
CREATE TABLE gone (name text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO gone VALUES (old.name); RETURN old; END $$;
CREATE TRIGGER note AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO people SELECT n, 'person ' || n FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, (n + 1) / 2 FROM generate_series(1, 200) n;
CREATE TABLE notes AS SELECT n AS id, 'a note' AS text FROM generate_series(1, 6000) n
"""

END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def int_cluster():
    """A cluster of these tests' own: beside a database that others leave without a marker, statements are looked at."""
    with running(programs_of_18(), 18) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def conformance_server(int_cluster):
    return int_cluster.url()


@pytest.fixture
def arena(conformance_server, tmp_path):
    """Databases of all kinds, and this process on INT of a project of their own."""
    with Arena(conformance_server, tmp_path, install()) as arena:
        yield arena


@dataclass
class Shop:
    """A PROD with 100 people, two orders each, and what was deleted noted; and a person who is asked about it."""

    arena: Arena
    url: str
    person: FakePrompter = field(default_factory=FakePrompter)

    def ask_for_prod(self, *answers):
        """Be a person who asked for PROD, typed yes, and then types ``answers``."""
        self.person = FakePrompter(["yes", *answers])
        self.arena.convince(self.person)
        self.person.questions.clear()

    def serve(self):
        """Be a server in production mode."""
        self.arena.entitle()

    def count(self, table="people"):
        """Return how many rows are committed, as a session sees that no gate stands in front of."""
        return int(run_unseen(self.url, f"SELECT count(*) FROM {table}")[0])

    @property
    def shown(self):
        """Return what the last question showed."""
        return self.person.questions[-1]

    @property
    def process(self):
        """Return the process."""
        return self.arena.gate.process


@pytest.fixture(scope="session")
def shop_url(prod_cluster):
    """Make the database of the shop: once, because a server takes its time to make and to drop one."""
    name = f"tg_shop_{os.getpid()}"
    run_unseen(prod_cluster.url(), f"CREATE DATABASE {name}")
    yield prod_cluster.url(name)
    run_unseen(prod_cluster.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def shop(arena, shop_url):
    """A PROD as new, whose process has not chosen yet."""
    run_unseen(shop_url, END_OTHERS)
    run_unseen(shop_url, f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {SHOP}")
    arena.stamp(shop_url, "prod")
    return Shop(arena, shop_url)
