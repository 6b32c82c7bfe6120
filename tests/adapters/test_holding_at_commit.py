"""What the server does only at COMMIT is shown too, whatever the driver; and two questions at once."""

import asyncio
import threading

import asyncpg
import psycopg
import pytest
from support.asking import NAME, Reading, shows
from support.patience import patience

from tierguard import ConsentRefused, Operation, PolicyRefused
from tierguard.deciding.policy import decide
from tierguard.model import Authority, Tier
from tierguard.process.covers import covering
from tierguard.process.standing import Own
from tierguard.testing.arena import run as run_unseen

DEFERRED = """
CREATE FUNCTION wipe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM notes; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wipe AFTER UPDATE ON people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wipe()
"""


@pytest.mark.parametrize("autocommit", [True, False])
def test_what_a_deferred_trigger_does_is_counted(shop, autocommit):
    run_unseen(shop.url, DEFERRED)
    shop.ask_for_prod("no", NAME)
    for asked in (ConsentRefused, None):
        with psycopg.connect(shop.url, autocommit=autocommit) as connection:
            if asked:
                with pytest.raises(asked):
                    update_and_commit(connection)
                assert shop.count("notes") == 6000
            else:
                update_and_commit(connection)
        assert shows(shop, "public.notes 6,000 deleted (no statement names it", "public.people 1 updated")
    assert shop.count("notes") == 0


def update_and_commit(connection):
    connection.execute("UPDATE people SET name = 'x' WHERE id = 1")
    connection.commit()


def test_a_deferred_trigger_that_changes_its_mind_commits_nothing(shop):
    """It fails while it is counted, and would not fail at COMMIT: then the hold is still there."""
    run_unseen(
        shop.url,
        """CREATE SEQUENCE tries;
        CREATE FUNCTION wipe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('tries') = 1 THEN RAISE 'not yet'; END IF; DELETE FROM notes; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER wipe AFTER UPDATE ON people DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wipe()""",
    )
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection, pytest.raises(psycopg.Error, match="nobody has been shown"):
        update_and_commit(connection)
    assert shop.count("notes") == 6000


def test_nothing_runs_beside_what_no_transaction_holds(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for sql in (
            "VACUUM people; DELETE FROM people",
            "DELETE FROM people; CREATE INDEX CONCURRENTLY ON people (name)",
        ):
            with pytest.raises(PolicyRefused, match="no transaction can hold"):
                connection.execute(sql)
    assert shop.count() == 100


def test_a_composite_type_is_dropped_once_its_plan_was_read(shop):
    """It is a relation too, and locked as one."""
    run_unseen(shop.url, "CREATE TYPE pair AS (a int, b int); CREATE TYPE mood AS ENUM ('well')")
    shop.ask_for_prod("no", NAME, NAME, NAME)
    with psycopg.connect(shop.url, autocommit=True) as connection:
        with pytest.raises(ConsentRefused):
            connection.execute("DROP TYPE pair")
        assert shows(shop, "type pair: dropped")
        connection.execute("DROP TYPE pair")
        connection.execute("DROP TYPE IF EXISTS mood, unknown_mood")
    assert run_unseen(shop.url, "SELECT count(*) FROM pg_type WHERE typname IN ('pair', 'mood')") == ("0",)


def test_a_question_that_waits_for_its_turn_is_given_up_without_stopping_the_event_loop(shop):
    person = Reading()

    async def change(connection, number):
        await connection.execute(f"DELETE FROM people WHERE id BETWEEN {number} AND {number} + 40")

    async def both():
        one, other = await asyncpg.connect(shop.url), await asyncpg.connect(shop.url)
        first = asyncio.create_task(change(one, 1))
        await asyncio.to_thread(person.asked.wait, patience())
        second = asyncio.create_task(change(other, 50))
        while sum(one.name == "tierguard-question" for one in threading.enumerate()) < 2:
            await asyncio.to_thread(person.asked.wait, patience())  # set already: a turn of the loop
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert not first.done()
        person.leave()
        with pytest.raises(ConsentRefused):
            await first
        one.terminate()
        other.terminate()

    shop.ask_for_prod()
    shop.process.prompter = person
    asyncio.run(both())
    assert shop.count() == 100


WIPING = """CREATE FUNCTION wipe() RETURNS bigint LANGUAGE plpgsql AS
  $$ BEGIN DELETE FROM notes; RETURN 1; END $$"""


@pytest.mark.parametrize("savepoints", [(), ("a", "b", "a", 'the "last"')], ids=["none", "four"])
def test_nothing_is_written_after_the_count_also_where_savepoints_are_open(shop, savepoints):
    """The query of a cursor WITH HOLD runs at COMMIT. What is set within a savepoint would end with it."""
    run_unseen(shop.url, WIPING)
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        connection.execute("DECLARE later CURSOR WITH HOLD FOR SELECT wipe()")
        for name in savepoints:
            connection.execute(psycopg.sql.SQL("SAVEPOINT {}").format(psycopg.sql.Identifier(name)))
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.commit()
    assert shop.count("notes") == 6000


def test_open_savepoints_are_committed_with_the_rest(shop):
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        for number, name in enumerate(("a", "b", "a")):
            connection.execute(psycopg.sql.SQL("SAVEPOINT {}").format(psycopg.sql.Identifier(name)))
            connection.execute("DELETE FROM notes WHERE id = %s", [number + 1])
    assert shop.count("notes") == 5997


ELSEWHERE = ("COPY notes TO PROGRAM 'cat > /dev/null'", "SELECT pg_reload_conf()")


@pytest.mark.parametrize("sql", [*ELSEWHERE, "REINDEX TABLE notes"])
def test_a_read_only_transaction_does_nothing_but_read(shop, sql):
    """The server itself lets these go on there."""
    shop.ask_for_prod()
    with psycopg.connect(shop.url) as connection:
        connection.read_only = True
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (6000,)
        with pytest.raises(PolicyRefused, match="read-only transaction"):
            connection.execute(sql)
    assert shop.person.questions == []


@pytest.mark.parametrize("sql", ELSEWHERE)
@pytest.mark.parametrize("autocommit", [True, False])
def test_what_no_rollback_undoes_is_asked_about_before_it_runs(shop, sql, autocommit):
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url, autocommit=autocommit) as connection:
        with pytest.raises(ConsentRefused):
            connection.execute(sql)
        assert shows(shop, "Not run yet", "no rollback undoes all of it")
        shop.ask_for_prod(NAME)
    with psycopg.connect(shop.url, autocommit=autocommit) as connection:
        connection.execute(sql)
    assert len(shop.person.questions) == 1


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_sequence_is_not_set_before_a_person_agreed(shop, autocommit):
    """No rollback undoes it, and a lower number makes the inserts of everybody fail."""
    run_unseen(shop.url, "CREATE SEQUENCE tickets; SELECT setval('tickets', 500)")
    shop.ask_for_prod("no", NAME)
    with psycopg.connect(shop.url, autocommit=autocommit) as connection:
        connection.execute("SELECT nextval('tickets')")
        assert shop.person.questions == []
        with pytest.raises(ConsentRefused):
            connection.execute("SELECT setval('tickets', %s)", [1])
        assert run_unseen(shop.url, "SELECT last_value FROM tickets") == ("501",)
        connection.execute("SELECT setval('tickets', %s)", [600])
    assert shows(shop, "Not run yet", "no rollback undoes all of it")
    assert run_unseen(shop.url, "SELECT last_value FROM tickets") == ("600",)


def test_a_plan_that_is_refused_rolls_back_what_ran_before_it(shop):
    shop.ask_for_prod("no")
    with psycopg.connect(shop.url) as connection:
        connection.execute("DELETE FROM notes WHERE id < 4")
        with pytest.raises(ConsentRefused, match="the transaction was rolled back"):
            connection.execute("TRUNCATE notes")
        connection.commit()
    assert shop.count("notes") == 6000


def test_rows_that_the_server_does_not_count_are_not_committed(shop):
    run_unseen(shop.url, "ALTER ROLE CURRENT_USER SET track_counts = off")
    try:
        shop.ask_for_prod()
        with psycopg.connect(shop.url, autocommit=True) as connection:
            with pytest.raises(PolicyRefused, match="cannot be counted"):
                connection.execute("DELETE FROM notes WHERE id < 4")
            with pytest.raises(PolicyRefused, match="SET would undo"):
                connection.execute("SET track_counts = on")
            assert connection.execute("SELECT count(*) FROM notes").fetchone() == (6000,)
    finally:
        run_unseen(shop.url, "ALTER ROLE CURRENT_USER RESET track_counts")


def test_a_statement_that_is_given_up_while_it_is_shown_is_rolled_back_before_the_next(shop):
    """psycopg leaves its own generator where the transaction stands idle, as it does while a person reads."""
    person = Reading()

    async def change():
        connection = await psycopg.AsyncConnection.connect(shop.url, autocommit=True)
        given_up = asyncio.create_task(connection.execute("DELETE FROM notes WHERE id < 30"))
        await asyncio.to_thread(person.asked.wait, patience())
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        cursor = await connection.execute("SELECT count(*) FROM notes")
        assert await cursor.fetchone() == (6000,)
        await connection.execute("DELETE FROM notes WHERE id = 1")
        await connection.close()

    shop.ask_for_prod()
    shop.process.prompter = person
    asyncio.run(change())
    assert shop.count("notes") == 5999


class Over(Own):
    """Consent that was handed down, and has ended meanwhile."""

    def spend(self, changes):
        raise ConsentRefused(f"it is over, and {changes} was to be changed")


def test_what_was_agreed_to_beforehand_is_not_committed_after_the_consent_has_ended(shop):
    shop.ask_for_prod()
    decision = decide(Tier.PROD, Operation.MIGRATE, Authority.PERSON)
    with psycopg.connect(shop.url, autocommit=True) as connection, covering(Operation.MIGRATE, decision):
        connection.execute("DELETE FROM notes WHERE id < 100")
        assert shop.count("notes") == 5901
        shop.process.standing = Over(shop.process)
        with pytest.raises(ConsentRefused, match="it is over"):
            connection.execute("DELETE FROM notes WHERE id < 200")
    assert shop.count("notes") == 5901
    assert shop.person.questions == []
