"""Queries: SELECT, VALUES, TABLE, and the relations that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.tour import DDL, WRITE, Tour

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _select(node: Node, tour: Tour) -> None:
    tour.enter("SelectStmt", node)


def _into(node: Node, tour: Tour) -> None:
    """SELECT INTO makes a table."""
    tour.create(node["rel"])
    tour.grave(DDL, f"it makes the table {node['rel']['relname']}")
    tour.queue.append({key: value for key, value in node.items() if key != "rel"})


def _lock_rows(_node: Node, tour: Tour) -> None:
    tour.grave(WRITE, "it locks rows")


def _relation(node: Node, tour: Tour) -> None:
    if "relname" in node:
        tour.read(node)
    else:
        tour.queue.append(node)


_NAMED: Final = ("RangeVar", "relation", "rel", "constrrel", "pktable", "sequence", "name")

RULES: Final[Rules] = {
    "SelectStmt": _select,
    "larg": _select,
    "rarg": _select,
    "intoClause": _into,
    "into": _into,
    "IntoClause": _into,
    "LockingClause": _lock_rows,
    **dict.fromkeys(_NAMED, _relation),
}
VERBS: Final = {"SelectStmt": "SELECT"}
