"""A verdict that is weaker than what the server did is found, whatever it was that the server did."""

import pytest
from support.weighing import Observed, weigh

from tierguard.model import Operation
from tierguard.statements.effects import GRAVITY, Act, Effects, Hold


def verdict(operation, verb="SELECT", **more):
    return Effects((Act(operation, verb, **more),))


SEEN = [
    (Observed(xid=True), Operation.WRITE, "transaction number"),
    (Observed(rows=(("public.people", 3),)), Operation.WRITE, "3 row operations in public.people"),
    (Observed(rows=(("pg_largeobject", 1),)), Operation.WRITE, "pg_largeobject"),
    (Observed(moved=("tickets",)), Operation.WRITE, "tickets"),
    (Observed(locks=(("public.people", "ShareLock"),)), Operation.WRITE, "ShareLock on public.people"),
    (Observed(rows=(("pg_class", 1),)), Operation.DDL, "pg_class"),
    (Observed(lost=("public.people",)), Operation.DESTROY, "public.people is gone"),
    (Observed(lost=("every row of public.people",)), Operation.DESTROY, "every row of public.people"),
    (Observed(rows=(("pg_authid", 1),)), Operation.ADMIN, "pg_authid"),
    (Observed(settings=(("session_replication_role", "origin", "replica"),)), Operation.ADMIN, "replica"),
    (Observed(databases=("shop",)), Operation.DROP_DATABASE, "shop"),
]


@pytest.mark.parametrize(("seen", "least", "said"), SEEN)
def test_every_verdict_that_is_lighter_is_weaker_and_every_other_is_not(seen, least, said):
    for operation in GRAVITY:
        found = weigh(verdict(operation), seen)
        if operation != Operation.OPAQUE and GRAVITY.index(operation) < GRAVITY.index(least):
            assert any(said in sentence and str(least) in sentence for sentence in found), operation
        else:
            assert found == [], operation


def test_a_read_of_which_nothing_was_seen_is_right():
    assert weigh(verdict(Operation.READ), Observed()) == []
    assert weigh(Effects(), Observed()) == []


@pytest.mark.parametrize(
    "change",
    [
        ("default_transaction_read_only", "on", "off"),
        ("tierguard.armed", "yes", ""),
        ("hold", "true", "false"),
        ("role", "none", "admin"),
        ("session_authorization", "app", "postgres"),
    ],
)
def test_who_frees_the_session_must_have_said_so(change):
    seen = Observed(settings=(change,))

    assert weigh(verdict(Operation.READ), seen) != []
    assert weigh(verdict(Operation.DDL), seen) != []
    assert weigh(verdict(Operation.READ, loosens=True), seen) == []
    assert weigh(verdict(Operation.OPAQUE), seen) == []


def test_a_protecting_setting_that_was_loose_before_is_no_loss():
    assert weigh(verdict(Operation.READ), Observed(settings=(("session_replication_role", "local", "origin"),))) == []


def test_what_cannot_run_in_a_transaction_must_be_alone():
    seen = Observed(alone=True)

    assert weigh(verdict(Operation.DDL), seen) != []
    assert weigh(verdict(Operation.DDL, hold=Hold.EXCLUSIVE), seen) != []
    assert weigh(verdict(Operation.DDL, hold=Hold.ALONE), seen) == []


def test_who_locks_everybody_out_must_have_said_so_but_for_a_lock_that_is_asked_for():
    seen = Observed(locks=(("public.people", "AccessExclusiveLock"),))

    assert weigh(verdict(Operation.DDL), seen) != []
    assert weigh(verdict(Operation.DDL, hold=Hold.EXCLUSIVE), seen) == []
    assert weigh(verdict(Operation.WRITE, "LOCK TABLE"), seen) == []
    assert weigh(verdict(Operation.OPAQUE), seen) == []
    assert weigh(Effects((Act(Operation.DDL, "ALTER SEQUENCE"), Act(Operation.OPAQUE, "DO"))), seen) == []


def test_the_gravest_of_several_acts_counts():
    seen = Observed(lost=("public.people",))

    assert weigh(Effects((Act(Operation.READ, "SELECT"), Act(Operation.DESTROY, "DROP TABLE"))), seen) == []
    assert weigh(Effects((Act(Operation.READ, "SELECT"), Act(Operation.WRITE, "INSERT"))), seen) != []
