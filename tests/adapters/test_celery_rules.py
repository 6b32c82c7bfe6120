from __future__ import annotations

from datetime import date

import pytest

from tierguard.adapters.celery import Origin, Ruling, judge
from tierguard.model import Tier

HERE = Origin("shop", Tier.STG)
TODAY = date(2026, 3, 11)


def test_a_task_of_the_same_project_and_tier_runs():
    assert judge("shop/stg", HERE, None, TODAY)[0] is Ruling.RUN


@pytest.mark.parametrize(
    "sender",
    ["shop/int", "shop/prod", "other/stg", "", "shop", "shop/stg/", "SHOP/STG", 7, {"tier": "stg"}, ["shop/stg"]],
)
@pytest.mark.parametrize("until", [None, date(2027, 1, 1)])
def test_every_other_sender_is_refused_whatever_is_tolerated(sender, until):
    ruling, rule, why = judge(sender, HERE, until, TODAY)
    assert (ruling, rule) == (Ruling.REFUSE, "stray-task")
    assert "shop/stg" in why


@pytest.mark.parametrize(
    ("until", "ruling"),
    [
        (None, Ruling.REFUSE),
        (date(2026, 3, 10), Ruling.REFUSE),
        (date(2026, 3, 11), Ruling.REFUSE),
        (date(2026, 3, 12), Ruling.TOLERATE),
    ],
)
def test_a_task_without_a_sender_is_tolerated_until_the_day(until, ruling):
    assert judge(None, HERE, until, TODAY)[:2] == (ruling, "untagged-task")


def test_a_reason_stays_short_whatever_was_sent():
    assert len(judge("x" * 10_000, HERE, None, TODAY)[2]) < 200


def test_names_on_the_broker_carry_project_and_tier():
    assert (HERE.name, HERE.queue("emails")) == ("shop/stg", "shop.stg.emails")
