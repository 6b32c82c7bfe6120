"""Rows that are changed: INSERT, UPDATE, DELETE, MERGE, in any position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.reaching.always import is_always_true, target_of
from tierguard.statements.tour import BULK_WRITE, WRITE, Tour

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_CHANGES: Final = {"CMD_UPDATE": "updates", "CMD_DELETE": "deletes"}


def _insert(node: Node, tour: Tour) -> None:
    _change("INSERT", node, tour)
    tour.enter("InsertStmt", node, ("relation",))


def _update(node: Node, tour: Tour) -> None:
    _change("UPDATE", node, tour)
    _judge("updates", node, tour, node.get("fromClause", ()))
    tour.enter("UpdateStmt", node, ("relation",))


def _delete(node: Node, tour: Tour) -> None:
    _change("DELETE", node, tour)
    _judge("deletes", node, tour, node.get("usingClause", ()))
    tour.enter("DeleteStmt", node, ("relation",))


def _merge(node: Node, tour: Tour) -> None:
    _change("MERGE", node, tour)
    target = target_of(node["relation"], [node["sourceRelation"]])
    every_match = is_always_true(node["joinCondition"], target)
    for one in node.get("mergeWhenClauses", ()):
        clause = one["MergeWhenClause"]
        verb = _CHANGES.get(clause.get("commandType", ""))
        if not verb or (clause.get("condition") and not is_always_true(clause["condition"], target)):
            continue
        if every_match or clause.get("matchKind") == "MERGE_WHEN_NOT_MATCHED_BY_SOURCE":
            _reach_every_row(verb, node, tour)
    tour.enter("MergeStmt", node, ("relation",))


def _change(verb: str, node: Node, tour: Tour) -> None:
    tour.write(node["relation"])
    tour.grave(WRITE, "" if tour.verb == verb else f"it has {verb} of {node['relation']['relname']} in it")


def _judge(verb: str, node: Node, tour: Tour, others: list[Node]) -> None:
    where = node.get("whereClause")
    if where is None or is_always_true(where, target_of(node["relation"], others)):
        _reach_every_row(verb, node, tour)


def _reach_every_row(verb: str, node: Node, tour: Tour) -> None:
    tour.every_row = True
    tour.grave(BULK_WRITE, f"it {verb} every row of {node['relation']['relname']}")


RULES: Final[Rules] = {"InsertStmt": _insert, "UpdateStmt": _update, "DeleteStmt": _delete, "MergeStmt": _merge}
VERBS: Final = {"InsertStmt": "INSERT", "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE", "MergeStmt": "MERGE"}
