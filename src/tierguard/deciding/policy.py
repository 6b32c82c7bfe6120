"""What is allowed: one table over tier, operation and authority, and nothing else.

``POLICY`` is total: every combination has an entry, and a test walks the whole product. "Never" has no flag.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from tierguard.model import Authority, Decision, Demand, Operation, Outcome, Tier

_ORDINARY = (Operation.READ, Operation.WRITE, Operation.OPAQUE, Operation.DDL)
_WIPING = (Operation.RESET, Operation.DROP_DATABASE)


def _allow(reason: str, *demands: Demand) -> Decision:
    return Decision(Outcome.ALLOW, "", reason, frozenset(demands))


def _confirm(reason: str, *demands: Demand, rule: str = "typed-name") -> Decision:
    return Decision(Outcome.CONFIRM, rule, reason, frozenset({*demands, Demand.TYPED_NAME}))


def _never(rule: str, reason: str) -> Decision:
    return Decision(Outcome.REFUSE, rule, reason)


_FREE = _allow("INT and STG are there to be worked on")
_KEPT = _allow("INT and STG may be reset, and a snapshot is kept", Demand.SNAPSHOT)
_NEVER_WIPED = _never("prod-never-reset", "PROD is never reset and never dropped")
_NO_CLAIM = _never("prod-unclaimed", "PROD needs a person, or the server's own environment")

_PROD_PERSON: dict[Operation, Decision] = {
    **dict.fromkeys(_ORDINARY, _allow("a person consented to PROD at a terminal")),
    Operation.BULK_WRITE: _confirm("the statement reaches every row of a PROD table"),
    Operation.SEED: _allow("reference data only, idempotent", Demand.REFERENCE_ONLY),
    Operation.MIGRATE: _confirm("a migration changes PROD's schema", Demand.BACKUP),
    Operation.DESTROY: _confirm("data on PROD would be lost", Demand.PLAN),
    Operation.ADMIN: _confirm("roles or settings of PROD would change"),
    **dict.fromkeys(_WIPING, _NEVER_WIPED),
}

_PROD_SERVER: dict[Operation, Decision] = {
    **dict.fromkeys(_ORDINARY, _allow("the server serves PROD")),
    Operation.BULK_WRITE: _allow("the server serves PROD; the statement is recorded"),
    Operation.SEED: _allow("reference data only, idempotent", Demand.REFERENCE_ONLY),
    Operation.MIGRATE: _allow("a release migrates PROD after a backup", Demand.BACKUP),
    Operation.DESTROY: _never("prod-server-destroy", "a server destroys data only inside a revision that declares it"),
    Operation.ADMIN: _never("prod-server-admin", "a server never changes PROD's roles or protections"),
    **dict.fromkeys(_WIPING, _NEVER_WIPED),
}

POLICY: Final[dict[tuple[Tier, Operation, Authority], Decision]] = {
    **dict.fromkeys(product((Tier.INT, Tier.STG), Operation, Authority), _FREE),
    **dict.fromkeys(product((Tier.INT, Tier.STG), _WIPING, Authority), _KEPT),
    **dict.fromkeys(product((Tier.STG,), (Operation.DESTROY,), Authority), _KEPT),
    **dict.fromkeys(product((Tier.PROD,), Operation, (Authority.PROCESS,)), _NO_CLAIM),
    **{(Tier.PROD, operation, Authority.PERSON): _PROD_PERSON[operation] for operation in Operation},
    **{(Tier.PROD, operation, Authority.SERVER): _PROD_SERVER[operation] for operation in Operation},
}


def decide(
    tier: Tier,
    operation: Operation,
    authority: Authority,
    *,
    shared: bool = False,
    declared: bool = False,
) -> Decision:
    """Return what the policy demands.

    Args:
        tier: the tier that the operation would run on.
        operation: what would be done.
        authority: on whose word the process holds the tier.
        shared: STG is used by several people (``stg.shared = true``), so wiping it needs one of them.
        declared: the migration revision declares that it destroys data.
    """
    if shared and tier is Tier.STG and operation in _WIPING:
        return _confirm("this STG is shared, so a person resets it", Demand.SNAPSHOT, rule="stg-shared")
    if declared and operation is Operation.DESTROY and (tier, authority) == (Tier.PROD, Authority.SERVER):
        return _allow("the revision declares what it destroys", Demand.BACKUP)
    return POLICY[tier, operation, authority]
