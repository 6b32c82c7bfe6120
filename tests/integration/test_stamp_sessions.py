"""Stamping PROD: who is connected already, who is ended because a person says so, and who stays."""

import contextlib
import json

import pytest
from psycopg import pq
from support import clusters
from support.child import environment, needs_no_agent, type_at_terminal

pytestmark = [needs_no_agent, pytest.mark.xdist_group("identity")]

OWNER = "shop_owner"


@contextlib.contextmanager
def connected(cluster, *, user, application="", host=""):
    """Connect through libpq itself: nothing of tierguard's stands in front of it."""
    url = cluster.url("live", user=user, host=host, query=f"application_name={application}" if application else "")
    connection = pq.PGconn.connect(url.encode())
    assert connection.status == pq.ConnStatus.OK, connection.error_message
    try:
        yield connection
    finally:
        connection.finish()


def is_alive(connection):
    return connection.exec_(b"SELECT 1").status == pq.ExecStatus.TUPLES_OK


def stamp(project, *answers, json_wanted=True):
    typed = [("Type app/prod", "app/prod\r"), *(("Type end to go on", f"{answer}\r") for answer in answers)]
    command = ["tierguard", "stamp", "prod", *(["--json"] if json_wanted else [])]
    said, code = type_at_terminal(command, cwd=project, env=environment(), answers=typed)
    told = json.loads(said[said.rindex('{\r\n  "tier"') :]) if json_wanted else None
    return said, code, told


def events(project):
    lines = [json.loads(line) for line in (project / "logs" / "audit.jsonl").read_text().splitlines()]
    return [(line["event"], line["decision"], line.get("detail", {})) for line in lines]


@pytest.fixture
def project(int_cluster, tmp_path):
    clusters.make_role(int_cluster, OWNER)
    clusters.make_database(int_cluster, "live", owner=OWNER, rows=3)
    yield clusters.project(tmp_path, prod_url=int_cluster.url("live", user=OWNER))
    clusters.drop_database(int_cluster, "live")


def test_nobody_else_there_is_said_and_nothing_is_asked(project):
    said, code, _ = stamp(project, json_wanted=False)
    assert code == 0, said
    assert "Nobody else is connected to it." in said


def test_a_session_of_before_the_stamp_is_ended_where_a_person_says_so(project, int_cluster):
    with connected(int_cluster, user=OWNER, application="nightly") as one, connected(int_cluster, user=OWNER) as other:
        said, code, told = stamp(project, "end", "no")
        assert code == 0, said
        assert not is_alive(one)
        assert is_alive(other)
    (ended,), (stays,) = told["sessions"]["ended"], told["sessions"]["stay"]
    assert (ended["user"], ended["application"], ended["address"]) == (OWNER, "nightly", "127.0.0.1")
    assert (stays["application"], stays["why"]) == ("", "it was left")
    assert stays["since"]
    found = events(project)
    consents = [
        detail["consent"] for event, decision, detail in found if (event, decision) == ("end-sessions", "allow")
    ]
    assert consents == ["typed end"]
    assert ("end-sessions", "refuse") in [(event, decision) for event, decision, _ in found]
    assert found[-1][2] == {"outcome": "done", "ended": 1, "stay": [f"role {OWNER}, from 127.0.0.1: it was left"]}


def test_sessions_that_this_role_may_not_end_are_named(project, int_cluster):
    with connected(int_cluster, user="postgres", application="tierguard") as boss:
        said, code, told = stamp(project, "end")
        assert code == 0, said
        assert is_alive(boss)
    (stays,) = told["sessions"]["stay"]
    assert (stays["user"], stays["application"]) == ("postgres", "tierguard")
    assert stays["why"].startswith("no right to end it: ")
    assert told["sessions"]["ended"] == []


def test_the_same_client_is_asked_about_once_and_the_list_is_for_people_too(project, int_cluster):
    with (
        connected(int_cluster, user=OWNER, application="web") as one,
        connected(int_cluster, user=OWNER, application="web") as other,
        connected(int_cluster, user=OWNER, host=str(int_cluster.socket)) as third,
    ):
        said, code, _ = stamp(project, "end", "", json_wanted=False)
        assert code == 0, said
        assert [is_alive(session) for session in (one, other, third)] == [False, False, True]
    assert "live now says that it is PROD of app." in said
    assert "That is 2 sessions, the oldest since 20" in said
    assert "2 sessions were ended." in said
    assert f"Still connected: role {OWNER}, from a socket, since 20" in said
    assert "it was left" in said


def test_nothing_is_listed_for_a_lower_tier(project, int_cluster):
    with (project / ".env").open("a") as file:
        file.write(f"TEST_DATABASE_URL={int_cluster.url('live', user=OWNER)}\n")
    with connected(int_cluster, user=OWNER) as session:
        answers = [("Type app/int", "app/int\r")]
        command = ["tierguard", "stamp", "int", "--json"]
        said, code = type_at_terminal(command, cwd=project, env=environment(), answers=answers)
        assert code == 0, said
        assert is_alive(session)
    assert '"sessions": null' in said
