"""What the policy can demand before an operation: a file a demand, and this table.

``check`` refuses what can be seen before anything connects; ``fulfil`` does what is demanded, once the database has
proved itself, and returns what the log should say of it. A demand without a line here refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from tierguard.databases.demands import backup, plan, reference_only, snapshot, typed_name
from tierguard.errors import PolicyRefused
from tierguard.model import Demand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tierguard.databases.demands.case import Case


class Fulfilment(Protocol):
    """What each file here has."""

    def check(self, case: Case) -> None:
        """Refuse where the demand cannot be fulfilled.

        Raises:
            AccessRefused: it cannot.
        """

    def fulfil(self, case: Case) -> Mapping[str, Any]:
        """Fulfil the demand and return what the record of the operation should say.

        Raises:
            AccessRefused: it was not fulfilled.
        """


# In the order in which they are fulfilled: a person is asked when nothing else stands in the way, and only then is
# anything made.
DEMANDS: Final[Mapping[Demand, Fulfilment]] = {
    Demand.REFERENCE_ONLY: reference_only,
    Demand.BACKUP: backup,
    Demand.PLAN: plan,
    Demand.TYPED_NAME: typed_name,
    Demand.SNAPSHOT: snapshot,
}


def check_demands(case: Case) -> None:
    """Refuse an operation whose demands cannot be fulfilled, before anything connects.

    Raises:
        PolicyRefused: one of them cannot.
        ConsentRefused: a person is needed and nobody is there.
    """
    for fulfilment in _demanded(case):
        fulfilment.check(case)


def fulfil_demands(case: Case) -> dict[str, Any]:
    """Fulfil every demand; return what the record of the operation should say.

    Raises:
        AccessRefused: one of them was not fulfilled.
    """
    return {key: value for fulfilment in _demanded(case) for key, value in fulfilment.fulfil(case).items()}


def _demanded(case: Case) -> Iterator[Fulfilment]:
    if unknown := case.decision.demands - DEMANDS.keys():
        raise PolicyRefused(f"{case.goal.name}: nothing here can fulfil {', '.join(sorted(unknown))}.")
    return (fulfilment for demand, fulfilment in DEMANDS.items() if demand in case.decision.demands)
