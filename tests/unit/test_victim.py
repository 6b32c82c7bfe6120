"""May this other database be altered, dropped or copied? And what does its cluster hold?"""

import pytest

from tierguard.deciding.identity import Reading
from tierguard.deciding.marker import Marker
from tierguard.deciding.victim import Standing, find_standing, judge_victim
from tierguard.model import Tier

HERE = {"db": "other", "oid": "5", "sysid": "7"}


def marked(tier, project="shop", **elsewhere):
    return Reading(**HERE, marker=Marker(tier, project, **(HERE | elsewhere)))


@pytest.mark.parametrize(
    ("reading", "pinned"),
    [
        (marked(Tier.INT), None),
        (marked(Tier.STG), None),
        (marked(Tier.INT, db="origin"), None),
        (Reading(**HERE, empty=True), None),
        (Reading(**HERE), Tier.STG),
    ],
    ids=["INT", "STG", "copy of INT", "empty", "pinned STG"],
)
def test_what_is_no_prod_may_go(reading, pinned):
    assert judge_victim(reading, "shop", pinned) is None


@pytest.mark.parametrize(
    ("reading", "pinned", "reason", "final"),
    [
        (marked(Tier.PROD), None, "is PROD", True),
        (marked(Tier.PROD, project="other"), None, "is PROD", True),
        (Reading(**HERE, empty=True), Tier.PROD, "is PROD", True),
        (marked(Tier.INT), Tier.PROD, "is PROD", True),
        (marked(Tier.PROD, db="before"), None, "is PROD", True),
        (marked(Tier.PROD, db="origin", oid="6"), None, "copy of PROD", False),
        (marked(Tier.INT, project="other"), None, "another project", True),
        (Reading(**HERE), None, "holds data", False),
        (Reading(**HERE, problem="no answer"), None, "no answer", False),
    ],
    ids=[
        "PROD",
        "another's PROD",
        "pinned",
        "pinned over INT",
        "renamed",
        "copy",
        "another's INT",
        "unmarked",
        "silent",
    ],
)
def test_what_is_prod_or_may_be_stays(reading, pinned, reason, final):
    objection = judge_victim(reading, "shop", pinned)
    assert reason in objection.reason
    assert objection.final is final


def test_a_cluster_holds_prod_by_a_comment_or_a_pin_and_may_hold_it_where_one_database_proves_nothing():
    prod = Marker(Tier.PROD, "shop", "live", "9", "7")
    assert find_standing(Reading(**HERE, comments=(prod,)), pinned=False) is Standing.PROD
    assert find_standing(Reading(**HERE), pinned=True) is Standing.PROD
    assert find_standing(Reading(**HERE, unproven=True), pinned=False) is Standing.UNPROVEN
    assert find_standing(Reading(**HERE, problem="no answer"), pinned=False) is Standing.UNPROVEN
    assert find_standing(marked(Tier.INT), pinned=False) is Standing.FREE
