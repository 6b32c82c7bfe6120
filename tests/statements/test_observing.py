"""The observation sees what it must, or every verdict would be right."""

import pytest
from support.laboratory import run_fixture, suited
from support.observing import StatementError
from support.statement_files import read_family
from support.weighing import Observed


def test_of_the_reads_the_server_sees_nothing(laboratory):
    for fixture in suited(read_family("reads"), laboratory):
        assert run_fixture(fixture, laboratory) == Observed(), str(fixture)


def test_of_the_destructions_the_server_sees_something(laboratory):
    unseen = [
        str(one) for one in suited(read_family("destroy"), laboratory) if run_fixture(one, laboratory) == Observed()
    ]

    assert unseen == ["destroy: a table that is not there"]


def test_what_ends_its_transaction_commits_nothing(newer):
    with pytest.raises(StatementError, match="held"):
        newer.observe("DELETE FROM people; COMMIT")
    with pytest.raises(StatementError, match="read-only"):
        newer.observe("ROLLBACK; DELETE FROM people")

    assert newer.observe("SELECT 1") == Observed()
    assert newer.session.run("SELECT count(*) FROM people") == [["10"]]


def test_cascades_and_triggers_are_counted_with_what_is_named(laboratory):
    seen = laboratory.observe("DELETE FROM people WHERE id = 3")

    assert seen.xid
    assert dict(seen.rows) == {"public.people": 1, "public.orders": 1, "public.items": 1, "public.log": 1}


def test_on_a_copy_what_was_committed_is_seen_and_the_next_finds_it_whole(newer):
    for _ in range(2):
        seen = newer.observe("COMMIT; DELETE FROM people WHERE id = 3", on_copy=True)

        assert dict(seen.rows) == {"public.people": 1, "public.orders": 1, "public.items": 1, "public.log": 1}


def test_what_cannot_run_in_a_transaction_is_found_by_trying(newer):
    assert newer.observe("CREATE INDEX CONCURRENTLY ON people (age)").alone
    assert newer.observe("DROP DATABASE differ_victim").databases == ("differ_victim",)


def test_a_sequence_that_was_moved_is_seen_though_no_rollback_moves_it_back(newer):
    assert newer.observe("SELECT nextval('tickets')").moved == ("tickets",)
    assert newer.observe("SELECT 1") == Observed()


def test_a_text_that_rolls_back_leaves_the_session_as_it_was(newer):
    assert newer.observe("DELETE FROM people; ROLLBACK") == Observed()
    loosened = newer.observe("ROLLBACK; SET default_transaction_read_only = off").settings

    assert loosened == (("default_transaction_read_only", "on", "off"),)
    assert newer.observe("SELECT 1") == Observed()
