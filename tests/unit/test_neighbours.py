"""What a process's statements may do beside its own database: whom it asks, and what it remembers."""

import json

import pytest

from tierguard.deciding.identity import QUERY, Reading
from tierguard.deciding.marker import Marker
from tierguard.deciding.victim import Standing
from tierguard.model import Tier
from tierguard.process.neighbours import Neighbours, Scene
from tierguard.statements.reading import find_claims

HERE = Reading(db="shop_test", oid="1", sysid="7", marker=Marker(Tier.INT, "shop", "shop_test", "1", "7"))


class Server:
    """Answers as the databases of one server do; ``closed`` ones let nobody in."""

    def __init__(self, markers, *, full=(), closed=(), roles=()):
        self.markers, self.full, self.closed, self.roles = dict(markers), set(full), set(closed), set(roles)
        self.asked = []

    def ask(self, parameters, dbname, sql):
        assert parameters["password"] == "Zq7secret"
        self.asked.append(dbname)
        if sql != QUERY:
            return self.look_up(sql)
        if dbname not in self.markers or dbname in self.closed:
            raise ConnectionError("it lets nobody in")
        oid = str(len(dbname))
        row = {"db": dbname, "oid": oid, "control": {"system_identifier": 7}, "user": "u", "databases": 9}
        row |= {"marker": self.marker(dbname), "version": 180000, "standby": False, "empty": dbname not in self.full}
        return json.dumps(row)

    def marker(self, dbname):
        tier = self.markers[dbname]
        return Marker(tier, "shop", dbname, str(len(dbname)), "7").render() if tier else None

    def look_up(self, sql):
        name = sql.rpartition("=")[2].strip(" '")
        if "pg_roles" in sql:
            return "" if name in self.roles else None
        return json.dumps([str(len(name)), self.marker(name)]) if name in self.markers else None


def scene(standing=Standing.PROD):
    return Scene(HERE, standing, "shop", lambda *_: None, lambda: {"host": "db", "user": "me", "password": "Zq7secret"})


def refuses(neighbours, sql, standing=Standing.PROD):
    found = neighbours.find_objection(find_claims(sql), scene(standing))
    return found and found[1].reason


def test_the_named_database_is_asked_and_nothing_else():
    server = Server({"live": Tier.PROD, "shop_stg": Tier.STG})
    neighbours = Neighbours(server)
    assert refuses(neighbours, "DROP DATABASE live") == "live is PROD"
    assert refuses(neighbours, "DROP DATABASE shop_stg") is None
    assert refuses(neighbours, "ALTER DATABASE shop_test SET a = 1") is None
    assert refuses(neighbours, "CREATE DATABASE x TEMPLATE template0") is None
    assert server.asked == ["live", "shop_stg", "shop_test"]  # the last looks whether x is there


def test_a_database_that_is_not_there_is_nobodys():
    assert refuses(Neighbours(Server({})), "DROP DATABASE IF EXISTS test_shop") is None


def test_a_database_that_lets_nobody_in_is_judged_by_its_comment():
    neighbours = Neighbours(Server({"mine": Tier.INT, "whose": None}, closed={"mine", "whose"}))
    assert refuses(neighbours, "DROP DATABASE mine") is None
    assert "lets nobody in" in refuses(neighbours, "DROP DATABASE whose")


def test_a_server_that_answers_nothing_protects_everything():
    class Silent:
        def ask(self, *_):
            raise ConnectionError("it is down")

    assert "it is down" in refuses(Neighbours(Silent()), "DROP DATABASE test_shop")


@pytest.mark.parametrize("standing", [Standing.UNPROVEN, Standing.PROD])
def test_a_full_unmarked_database_stays_and_the_command_for_a_person_is_shown(standing):
    neighbours = Neighbours(Server({"old shop": None}, full={"old shop"}))
    _, objection = neighbours.find_objection(find_claims('DROP DATABASE "old shop"'), scene(standing))
    assert objection.hint.endswith("dropdb -h db -U me 'old shop'")
    assert "Zq7" not in repr(objection)


def test_what_a_process_makes_is_its_own_even_when_nobody_may_connect_any_more():
    server = Server({})
    neighbours = Neighbours(server)
    assert refuses(neighbours, "CREATE DATABASE mine") is None
    server.markers["mine"], server.full, server.closed = None, {"mine"}, {"mine"}
    assert refuses(neighbours, "DROP DATABASE mine") is None
    assert neighbours.made(Reading(db="mine", sysid="7"))


def test_prod_itself_never_was_ones_own():
    server = Server({})
    neighbours = Neighbours(server)
    assert refuses(neighbours, "CREATE DATABASE mine") is None  # fails, in a transaction
    server.markers["mine"] = Tier.PROD  # PROD was given that name
    assert refuses(neighbours, "DROP DATABASE mine") == "mine is PROD"


def test_a_creation_that_fails_makes_nothing_ones_own():
    neighbours = Neighbours(Server({"live": Tier.PROD}, roles={"owner"}))
    assert refuses(neighbours, "CREATE DATABASE live; CREATE ROLE owner") is None
    assert refuses(neighbours, "DROP DATABASE live") == "live is PROD"
    assert "owner" in refuses(neighbours, "ALTER ROLE owner NOLOGIN")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER ROLE owner NOLOGIN",
        "REASSIGN OWNED BY owner TO me",
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_terminate_backend(4711)",
        "DO $$ BEGIN EXECUTE words; END $$",
    ],
)
def test_what_reaches_the_whole_server_is_refused_only_where_prod_is_known_to_be(sql):
    assert refuses(Neighbours(Server({})), sql)
    assert refuses(Neighbours(Server({})), sql, Standing.UNPROVEN) is None


def test_a_role_that_this_process_made_is_its_own():
    neighbours = Neighbours(Server({}))
    assert refuses(neighbours, "CREATE ROLE mine LOGIN") is None
    assert refuses(neighbours, "ALTER ROLE mine NOLOGIN; DROP ROLE mine") is None


@pytest.mark.parametrize("standing", [Standing.UNPROVEN, Standing.PROD])
def test_a_name_that_cannot_be_read_counts_as_prod(standing):
    sql = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RENAME TO x', name); END $$"
    assert "cannot be read" in refuses(Neighbours(Server({})), sql, standing)
