"""Maintenance: VACUUM, ANALYZE, REINDEX, CLUSTER, REFRESH MATERIALIZED VIEW."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold, Thing
from tierguard.statements.tour import DDL, WRITE, Tour, is_on, name_of, options_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_WIDE: Final = {
    "REINDEX_OBJECT_SCHEMA": "schema",
    "REINDEX_OBJECT_SYSTEM": "database",
    "REINDEX_OBJECT_DATABASE": "database",
}


def _vacuum(node: Node, tour: Tour) -> None:
    for one in node.get("rels", ()):
        if relation := one.get("VacuumRelation", {}).get("relation"):
            tour.writes.append(name_of(relation))
    if not node.get("is_vacuumcmd"):
        tour.verb = "ANALYZE"
        tour.grave(WRITE)
        return
    options = options_of(node)
    full = "full" in options and is_on(options["full"])
    tour.verb = "VACUUM FULL" if full else "VACUUM"
    if full:
        tour.grave(DDL, "it writes the table anew, and nobody can use it meanwhile")
    tour.grave(WRITE, hold=Hold.ALONE)


def _reindex(node: Node, tour: Tour) -> None:
    if relation := node.get("relation"):
        tour.writes.append(name_of(relation))
    if node.get("kind") in _WIDE:
        tour.objects.append(Thing(_WIDE[node["kind"]], (node.get("name", ""),)))
    options = options_of(node, "params")
    concurrently = "concurrently" in options and is_on(options["concurrently"])
    tour.verb = "REINDEX CONCURRENTLY" if concurrently else "REINDEX"
    tour.grave(DDL, hold=Hold.ALONE if concurrently or node.get("kind") in _WIDE else Hold.EXCLUSIVE)


def _cluster(node: Node, tour: Tour) -> None:
    relation = node.get("relation")
    if relation:
        tour.writes.append(name_of(relation))
    tour.grave(DDL, hold=Hold.EXCLUSIVE if relation else Hold.ALONE)


def _refresh(node: Node, tour: Tour) -> None:
    tour.writes.append(name_of(node["relation"]))
    tour.grave(DDL, hold=Hold.TRANSACTION if node.get("concurrent") else Hold.EXCLUSIVE)


RULES: Final[Rules] = {
    "VacuumStmt": _vacuum,
    "ReindexStmt": _reindex,
    "ClusterStmt": _cluster,
    "RefreshMatViewStmt": _refresh,
}
VERBS: Final = {
    "VacuumStmt": "VACUUM",
    "ReindexStmt": "REINDEX",
    "ClusterStmt": "CLUSTER",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
}
