"""What is told before an act is what the act does: on real servers, compared by the catalogue before and after."""

from pathlib import Path

import pytest
from support import clusters
from support.radius import Session, compare

SUPPORT = Path(__file__).parents[1] / "support"
SHOP = (SUPPORT / "shop.sql").read_text()
ACTS = (SUPPORT / "acts.sql").read_text().splitlines()
ROLE = "radius owner"


@pytest.fixture(scope="module", params=["int_cluster", "prod_cluster"])
def session(request):
    cluster = request.getfixturevalue(request.param)
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
