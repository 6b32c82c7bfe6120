"""What is remembered of a server, for how long, and for which databases the brief question does not do."""

import pytest

from tierguard.deciding.identity import Reading
from tierguard.deciding.marker import Marker
from tierguard.model import Tier
from tierguard.process import clusters
from tierguard.process.clusters import Clusters

HERE = {"host": "db.example.org", "port": "5432", "dbname": "shop"}
BOUND = Reading("shop", "1", "2", marker=Marker(Tier.INT, "shop", "shop", "1", "2"))
UNMARKED = Reading("scratch", "9", "2")


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(clusters.time, "monotonic", lambda: now[0])
    return now


def test_every_database_of_a_server_is_asked_briefly_once_one_was_asked_wholly(clock):
    known = Clusters()
    assert known.recall(HERE) is None
    known.note(HERE, BOUND)
    assert known.recall(HERE) is BOUND
    assert known.recall(HERE | {"dbname": "other"}) is BOUND
    clock[0] += clusters.FRESH + 1
    assert known.recall(HERE) is None


@pytest.mark.parametrize("change", [{"host": "other"}, {"port": "5433"}, {"hostaddr": "10.0.0.9"}])
def test_another_place_is_another_server(change):
    known = Clusters()
    known.note(HERE, BOUND)
    assert known.recall(HERE | change) is None


def test_a_database_that_does_not_prove_itself_is_asked_wholly_until_it_does():
    known, there = Clusters(), HERE | {"dbname": "scratch"}
    known.note(there, UNMARKED)
    assert known.recall(there) is None
    assert known.recall(HERE) is UNMARKED
    known.note(there, BOUND)
    assert known.recall(there) is BOUND


def test_no_answer_is_no_knowledge():
    known = Clusters()
    known.note(HERE, Reading(problem="the database gave no answer"))
    assert known.recall(HERE) is None
