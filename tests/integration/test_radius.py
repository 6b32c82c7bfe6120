"""What is told before an act is what the act does: on real servers, compared by the catalogue before and after."""

from pathlib import Path

import pytest
from support import clusters
from support.radius import Session, compare, delete, drop, other, truncate

SHOP = (Path(__file__).parents[1] / "support" / "shop.sql").read_text()
ODD = ("shop", "Ödd \"n.ame'")
CASES = [
    drop("table", "users"),
    drop("table", "users", cascade=True),
    drop("table", "items"),
    drop("table", "orders"),
    drop("table", "orders", "items", cascade=True),
    drop("table", "hen", cascade=True),
    drop("table", "hen", "egg"),
    drop("table", "events", cascade=True),
    drop("table", "events_2020"),
    drop("table", "events_2020", cascade=True),
    drop("table", "events_2021", cascade=True),
    drop("table", "logs_2020"),
    drop("table", "logs"),
    drop("table", "parent"),
    drop("table", "parent", cascade=True),
    drop("table", ODD, cascade=True),
    drop("column", "users", member="phone"),
    drop("column", "users", member="phone", cascade=True),
    drop("column", "users", member="id", cascade=True),
    drop("column", "parent", member="b"),
    drop("column", "made", member="a"),
    drop("column", "made", member="a", cascade=True),
    drop("column", "logs", member="id"),
    drop("column", "orders", member="user_id", cascade=True),
    drop("constraint", "parent", member="no_x"),
    drop("constraint", "users", member="users_pkey", cascade=True),
    drop("constraint", "events", member="events_pkey", cascade=True),
    drop("trigger", "users", member="log_it"),
    drop("policy", "locked_rows", member="only_a"),
    drop("rule", "notes", member="quiet"),
    drop("view", "active"),
    drop("view", "active", cascade=True),
    drop("view", "active", "active_count"),
    drop("view", "an öxtremely long name that is exactly sixty-three bytes in UTF-8"),
    drop("materialized view", "totals"),
    drop("type", "mood"),
    drop("type", "mood", cascade=True),
    drop("type", "address", cascade=True),
    drop("type", "span", cascade=True),
    drop("domain", "email", cascade=True),
    drop("function", "log_it"),
    drop("function", "log_it", cascade=True),
    drop("sequence", "users_id_seq"),
    drop("sequence", "users_id_seq", cascade=True),
    drop("sequence", "orders_id_seq"),
    drop("index", "users_moody"),
    drop("index", "users_pkey"),
    drop("index", "logs_at"),
    drop("index", "logs_2020_at_idx"),
    drop("schema", "shop"),
    drop("schema", "shop", cascade=True),
    drop("schema", "public", cascade=True),
    drop("extension", "plpgsql", cascade=True),
    truncate("users"),
    truncate("users", cascade=True),
    truncate("users", "orders", "items", "notes", "badges"),
    truncate("hen", cascade=True),
    truncate("events"),
    truncate("events", cascade=True),
    truncate("events_2020", cascade=True),
    truncate("parent"),
    truncate(ODD, cascade=True),
    other("ALTER TABLE", "items", "ALTER COLUMN order_id TYPE bigint"),
    other("ALTER TABLE", "users", "ADD COLUMN new int"),
    other("ALTER TABLE", "parent", "ADD COLUMN new int DEFAULT random()"),
    other("ALTER TABLE", "logs", "ALTER COLUMN id TYPE bigint"),
    other("ALTER TABLE", "logs", "DETACH PARTITION logs_2020"),
    other("REINDEX TABLE", "users"),
    other("REINDEX INDEX", "users_pkey", kind="index"),
    other("CLUSTER", "users", "USING users_pkey"),
    other("REFRESH MATERIALIZED VIEW", "totals", kind="materialized view"),
    delete("hen"),
    delete(ODD),
]


@pytest.fixture(scope="module", params=["int_cluster", "prod_cluster"])
def session(request):
    cluster = request.getfixturevalue(request.param)
    clusters.make_role(cluster, "radius owner")
    clusters.make_database(cluster, "radius", owner="radius owner")
    cluster.admin('ALTER SCHEMA public OWNER TO "radius owner"; DROP EXTENSION plpgsql', "radius")
    opened = Session(cluster.url("radius", user="radius%20owner"))
    opened.rows("CREATE EXTENSION plpgsql")
    opened.rows(SHOP)
    yield opened
    opened.close()
    clusters.drop_database(cluster, "radius")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_told_is_what_is_done(session, case):
    plan, did, says = compare(session, case)
    assert says == did, "\n".join(plan.lines())
    assert all(len(line) <= 76 for line in plan.lines())
