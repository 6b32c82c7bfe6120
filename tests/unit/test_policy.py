"""The policy table against the design's own words, over the whole product."""

from itertools import product

import pytest

from tierguard.databases.demands import DEMANDS
from tierguard.deciding.policy import POLICY, decide
from tierguard.model import Authority, Demand, Operation, Outcome, Tier

ORDINARY = {"read", "write", "opaque", "ddl"}
WIPING = {"reset", "drop_database"}
EVERYTHING = list(product(Tier, Operation, Authority))

# PROD: operation -> (a person, a server); "y" yes, "t" typed name, "n" never, and what comes with it.
PROD = {
    "bulk_write": ("t", "y"),
    "seed": ("y+reference_only", "y+reference_only"),
    "migrate": ("t+backup", "y+backup"),
    "destroy": ("t+plan", "n"),
    "admin": ("t", "n"),
}
ENDS = {"y": Outcome.ALLOW, "t": Outcome.CONFIRM, "n": Outcome.REFUSE}


def expect(tier, operation, authority):
    """Return the outcome and what it demands, as the design's table has it."""
    if tier in {"int", "stg"}:
        kept = operation in WIPING or (tier, operation) == ("stg", "destroy")
        return Outcome.ALLOW, {"snapshot"} if kept else set()
    if authority == "process" or operation in WIPING:
        return Outcome.REFUSE, set()
    if operation in ORDINARY:
        return Outcome.ALLOW, set()
    cell = PROD[operation][0 if authority == "person" else 1]
    end, *demands = cell.split("+")
    return ENDS[end], {*demands, *(["typed_name"] if end == "t" else [])}


@pytest.mark.parametrize(("tier", "operation", "authority"), EVERYTHING)
def test_every_cell_is_the_designs(tier, operation, authority):
    decision = decide(tier, operation, authority)
    assert (decision.outcome, decision.demands) == expect(tier.value, operation.value, authority.value)
    assert decision.reason


def test_the_table_is_total_and_has_nothing_else():
    assert set(POLICY) == set(EVERYTHING)


@pytest.mark.parametrize(("shared", "declared"), list(product((False, True), repeat=2)))
@pytest.mark.parametrize("operation", [Operation.RESET, Operation.DROP_DATABASE])
@pytest.mark.parametrize("authority", list(Authority))
def test_prod_is_never_wiped_whatever_is_said(operation, authority, shared, declared):
    decision = decide(Tier.PROD, operation, authority, shared=shared, declared=declared)
    assert decision.outcome is Outcome.REFUSE


@pytest.mark.parametrize("operation", [Operation.RESET, Operation.DROP_DATABASE])
@pytest.mark.parametrize("authority", list(Authority))
def test_a_shared_stg_is_wiped_by_a_person(operation, authority):
    decision = decide(Tier.STG, operation, authority, shared=True)
    assert decision.outcome is Outcome.CONFIRM
    assert (decision.rule, decision.demands) == ("stg-shared", {Demand.TYPED_NAME, Demand.SNAPSHOT})


def test_sharing_and_declaring_change_nothing_else():
    for tier, operation, authority in EVERYTHING:
        plain = decide(tier, operation, authority)
        if (tier, operation) not in {(Tier.STG, Operation.RESET), (Tier.STG, Operation.DROP_DATABASE)}:
            assert decide(tier, operation, authority, shared=True) == plain
        if (tier, operation, authority) != (Tier.PROD, Operation.DESTROY, Authority.SERVER):
            assert decide(tier, operation, authority, declared=True) == plain


def test_a_server_destroys_only_in_a_revision_that_declares_it_and_after_a_backup():
    declared = decide(Tier.PROD, Operation.DESTROY, Authority.SERVER, declared=True)
    assert declared.outcome is Outcome.ALLOW
    assert declared.demands == {Demand.BACKUP}
    assert decide(Tier.PROD, Operation.DESTROY, Authority.SERVER).outcome is Outcome.REFUSE


def test_nobody_in_particular_gets_nothing_on_prod():
    for operation in Operation:
        assert decide(Tier.PROD, operation, Authority.PROCESS).outcome is Outcome.REFUSE


def test_every_refusal_names_a_rule_of_its_own():
    assert all(decision.rule for decision in POLICY.values() if decision.outcome is Outcome.REFUSE)
    assert {decision.rule for decision in POLICY.values() if decision.outcome is Outcome.ALLOW} == {""}


def test_every_demand_of_the_table_has_its_fulfilment():
    decisions = [*POLICY.values(), decide(Tier.STG, Operation.RESET, Authority.PERSON, shared=True)]
    assert {demand for decision in decisions for demand in decision.demands} == set(Demand) == set(DEMANDS)
