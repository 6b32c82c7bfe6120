"""What is told before an act is what the act does: on real servers, compared by the catalogue before and after."""

from pathlib import Path

import pytest
from support import clusters
from support.radius import Session, compare

from tierguard.statements.classifying import classify

SUPPORT = Path(__file__).parents[1] / "support"
SHOP = (SUPPORT / "shop.sql").read_text()
ACTS = (SUPPORT / "acts.sql").read_text().splitlines()
ROLE = "radius owner"


@pytest.fixture(scope="module", params=["int_cluster", "prod_cluster"])
def cluster(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def session(cluster):
    clusters.make_role(cluster, ROLE)
    clusters.make_database(cluster, "radius", owner=ROLE)
    cluster.admin(f'ALTER SCHEMA public OWNER TO "{ROLE}"; DROP EXTENSION plpgsql', "radius")
    opened = Session(cluster.url("radius", user="radius%20owner"))
    opened.rows("CREATE EXTENSION plpgsql")
    opened.rows(SHOP)
    yield opened
    opened.close()
    clusters.drop_database(cluster, "radius")


@pytest.mark.parametrize("sql", ACTS)
def test_what_is_told_is_what_is_done(session, sql):
    plan, did, says = compare(session, sql)
    assert says == did, "\n".join(plan.lines())
    assert all(len(line) <= 76 for line in plan.lines())


@pytest.fixture(scope="module")
def stranger(cluster, session):  # noqa: ARG001 - it makes the database
    """Give a session of a role that owns nothing and may read nothing."""
    clusters.make_role(cluster, "radius_stranger")
    opened = Session(cluster.url("radius", user="radius_stranger"))
    yield opened
    opened.close()


def only(plan):
    (tree,) = plan.trees
    return tree.reached


def plan_of(session, text):
    return session.plan(*classify(text).acts)


def test_rows_are_counted_for_who_may_read_them_and_estimated_for_others(session, stranger):
    (own,) = only(plan_of(session, "REINDEX TABLE items"))
    (foreign,) = only(plan_of(stranger, "REINDEX TABLE public.items"))
    assert (own.rows, own.exact) == (500, True)
    assert (foreign.rows, foreign.exact) == (500, False)
    assert own.bytes == foreign.bytes > 0


def test_who_may_not_use_a_schema_is_told_what_is_in_it(stranger):
    reached = only(plan_of(stranger, 'DROP TABLE shop."Ödd ""n.ame\'" CASCADE'))
    assert [one.kind for one in reached] == ["table", "foreign key"]
    assert reached[1].why == "refers by id"


def test_row_security_makes_a_number_an_estimate(session):
    with session.undone():
        session.rows("INSERT INTO locked_rows VALUES (1, 'a'); ALTER TABLE locked_rows FORCE ROW LEVEL SECURITY")
        (hidden,) = only(plan_of(session, "TRUNCATE locked_rows"))
    assert not hidden.exact


def test_what_another_session_locks_is_not_waited_for(session, stranger):
    with session.undone():
        session.rows("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        stranger.rows("SET lock_timeout = '1ms'")
        reached = only(plan_of(stranger, "TRUNCATE users CASCADE"))
    (orders,) = (one for one in reached if one.name == "orders")
    assert orders.bytes is None
    assert not orders.exact
    assert "another session locks everybody out" in orders.note
    assert {one.name for one in reached} == {"users", "badges", "notes", "orders", "items"}


def test_a_text_is_one_plan_and_what_it_made_or_dropped_itself_is_known(session):
    text = "CREATE TABLE new (id int); DROP VIEW active_count; DROP VIEW active; DROP TABLE new; DROP TABLE no.where"
    plan = plan_of(session, text)
    assert [tree.verb for tree in plan.trees] == ["CREATE TABLE", "DROP VIEW", "DROP VIEW", "DROP TABLE", "DROP TABLE"]
    assert not any(tree.refused for tree in plan.trees)
    assert plan.trees[3].missing == ("table new: made by this text itself",)
    assert plan.trees[4].missing == ("table no.where: is not there",)
    assert plan.digest == plan_of(session, text).digest


def test_a_delete_is_followed_along_the_keys_that_pass_it_on(session):
    tree = plan_of(session, "DELETE FROM users WHERE id > 3").trees[0]
    assert {one.name: one.why for one in tree.reached} == {
        "users": "",
        "orders": "foreign key orders (user_id) ON DELETE CASCADE",
        "items": "foreign key items (order_id) ON DELETE CASCADE",
        "notes": "foreign key notes (user_id) ON DELETE SET NULL",
    }
    assert [one.triggers for one in tree.reached if one.name == "users"] == [1]
    assert "Together: at most" in "\n".join(plan_of(session, "DELETE FROM users").lines())


def test_a_database_is_told_by_its_size(session):
    (found,) = only(plan_of(session, "DROP DATABASE radius"))
    assert found.kind == "database"
    assert found.bytes > 1_000_000
    assert "every table of this database" in plan_of(session, "VACUUM FULL").lines()[1]


def test_one_question_and_one_count_are_enough_and_neither_writes(session):
    session.asked.clear()
    plan_of(session, "DROP TABLE users CASCADE; TRUNCATE events; DELETE FROM hen")
    assert len(session.asked) == 2
    for question in session.asked:
        with session.undone():
            session.rows("SET TRANSACTION READ ONLY")
            session.rows(question)


def test_a_plan_of_a_text_says_which_of_several_routines_is_meant(session):
    assert only(plan_of(session, "DROP FUNCTION moody(text)"))[0].name == "moody(text)"
    assert "2 have this name" in "\n".join(plan_of(session, "DROP FUNCTION moody").lines())
