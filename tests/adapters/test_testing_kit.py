"""The public fakes do what they say, and the kit finds an adapter that is none."""

from datetime import UTC, datetime

import psycopg
import psycopg2.extensions
import pytest

import tierguard.testing
from tierguard.errors import AuditRefused
from tierguard.model import Ceiling, Entry, Tier
from tierguard.process.recorder import Recorder
from tierguard.testing import FakeClock, FakePrompter, MemorySink

# The C class that psycopg2's adapter puts another one in front of, whenever this file is imported. Not under a name of
# its own, which would be made to mean the other one.
RAW = [kind for kind in psycopg2.extensions.connection.__mro__ if kind.__name__ == "connection"][-1:]


class Ungated(tierguard.testing.DriverConformance):
    """A way past the adapter."""

    __test__ = False

    def connect(self, url):
        connection = RAW[0](url)
        connection.autocommit = True
        return connection

    def run(self, connection, sql):
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchone()[0]

    def close(self, connection):
        connection.close()


class Unwatched(tierguard.testing.DriverConformance):
    """A way around the hook in the statements: what an adapter is whose connections alone are judged."""

    __test__ = False

    def connect(self, url):
        return psycopg.connect(url, autocommit=True)

    def run(self, connection, sql):
        connection.pgconn.exec_(sql.encode())

    def close(self, connection):
        connection.close()


@pytest.mark.parametrize("sql", ["DROP DATABASE {}", "COMMENT ON DATABASE {} IS 'gone'"])
def test_the_kit_fails_an_adapter_that_looks_at_no_statement(arena, sql):
    with pytest.raises(pytest.fail.Exception, match="PolicyRefused"):
        Unwatched().test_a_statement_on_prod_beside_it_is_refused_and_never_sent(arena, sql)


@pytest.mark.parametrize(
    "claim",
    [
        "test_prod_is_refused_before_any_statement",
        "test_a_copy_of_prod_is_refused",
        "test_an_unmarked_database_with_data_is_refused",
        "test_one_simple_question_is_asked_before_anything_else",
        "test_every_new_connection_is_judged",
        "test_a_role_without_rights_to_the_answer_is_refused",
        "test_an_empty_local_database_is_stamped",
        "test_names_bound_before_the_gate_pass_through_it",
    ],
)
def test_the_kit_fails_a_driver_without_an_adapter(arena, claim):
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(Ungated(), claim)(arena)


def test_the_person_types_the_given_answers_and_then_nothing():
    person = FakePrompter(["yes", "app/prod"])
    assert person.answer("PROD?") == "yes"
    assert person.answer("which?") == "app/prod"
    assert person.answer("again?") == ""
    assert person.questions == ["PROD?", "which?", "again?"]


def test_the_clock_stands_still_until_told():
    clock = FakeClock(datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(1.5)
    assert clock.now().isoformat() == "2026-02-01T00:00:00.500000+00:00"


def test_the_sink_keeps_entries_and_how_they_were_to_be_kept(arena):
    sink = MemorySink()
    process = arena.gate.process
    recorder = Recorder(process.config, process.context, sink=sink)
    assert recorder.record(Entry("connect"), Ceiling(Tier.INT)) == 1
    assert recorder.record(Entry("reset"), Ceiling(Tier.STG)) == 2
    assert [entry.event for entry in sink.entries] == ["connect", "reset"]
    assert sink.durable == [False, True]


def test_the_sink_can_fail_as_a_full_disk_does(arena):
    process = arena.gate.process
    recorder = Recorder(
        process.config, process.context, sink=MemorySink(failure=OSError(28, "No space left on device"))
    )
    with pytest.raises(AuditRefused, match="No space left"):
        recorder.record(Entry("reset"), Ceiling(Tier.STG))


def test_what_the_module_does_not_offer_is_an_attribute_error():
    with pytest.raises(AttributeError, match="FakeDatabase"):
        tierguard.testing.FakeDatabase  # noqa: B018 - reading it is the point
