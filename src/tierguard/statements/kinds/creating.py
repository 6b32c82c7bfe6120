"""What is made, or described: tables, views, indexes, functions, types, comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold
from tierguard.statements.naming import names_in
from tierguard.statements.tour import ADMIN, DDL, Tour, constant_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_MADE: Final = ("relation", "sequence", "view")  # the field that names it
# What runs only later, or names what it is about: no part of what this statement does.
_LATER: Final = frozenset({*_MADE, "sql_body", "actions", "whereClause", "withClause"})


def _create(node: Node, tour: Tour) -> None:
    for field in _MADE:
        if field in node:
            tour.create(node[field])
    # A view that is there already, and the table that a partition is of, are locked.
    locks = "partbound" in node or (node.get("replace") and "view" in node)
    tour.grave(DDL, hold=Hold.EXCLUSIVE if locks else Hold.TRANSACTION)
    tour.queue.append({key: value for key, value in node.items() if key not in _LATER})


def _create_foreign(node: Node, tour: Tour) -> None:
    _create(node["base"], tour)


def _create_as(node: Node, tour: Tour) -> None:
    made = "MATERIALIZED VIEW" if node.get("objtype") == "OBJECT_MATVIEW" else "TABLE AS"
    tour.verb = f"CREATE {made}"
    tour.grave(DDL)
    tour.queue.append(node)


def _create_index(node: Node, tour: Tour) -> None:
    tour.write(node["relation"])
    concurrently = node.get("concurrent")
    tour.verb = "CREATE INDEX CONCURRENTLY" if concurrently else "CREATE INDEX"
    tour.grave(DDL, hold=Hold.ALONE if concurrently else Hold.TRANSACTION)
    tour.queue.append({key: value for key, value in node.items() if key != "relation"})


def _create_on(node: Node, tour: Tour) -> None:
    """Make something that belongs to a table: a trigger, a rule, a statistics object."""
    if relation := node.get("relation"):
        tour.write(relation)
    tour.grave(DDL, hold=Hold.EXCLUSIVE if "actions" in node or "instead" in node else Hold.TRANSACTION)


def _comment(node: Node, tour: Tour) -> None:
    tour.grave(DDL)
    kind, named = node.get("objtype", ""), constant_of(node.get("object"))
    if kind == "OBJECT_DATABASE" or (kind == "OBJECT_SCHEMA" and named == "tierguard"):
        tour.grave(ADMIN, "the marker that says which tier this is stands there")


def _alone(node: Node, tour: Tour) -> None:
    tour.grave(DDL, hold=Hold.ALONE)
    tour.queue.append(node)


_OTHERS: Final = {
    "CompositeTypeStmt": "CREATE TYPE",
    "CreateAmStmt": "CREATE ACCESS METHOD",
    "CreateCastStmt": "CREATE CAST",
    "CreateConversionStmt": "CREATE CONVERSION",
    "CreateDomainStmt": "CREATE DOMAIN",
    "CreateEnumStmt": "CREATE TYPE",
    "CreateExtensionStmt": "CREATE EXTENSION",
    "CreateFdwStmt": "CREATE FOREIGN DATA WRAPPER",
    "CreateForeignServerStmt": "CREATE SERVER",
    "CreateFunctionStmt": "CREATE FUNCTION",
    "CreateOpClassStmt": "CREATE OPERATOR CLASS",
    "CreateOpFamilyStmt": "CREATE OPERATOR FAMILY",
    "CreatePLangStmt": "CREATE LANGUAGE",
    "CreatePublicationStmt": "CREATE PUBLICATION",
    "CreateRangeStmt": "CREATE TYPE",
    "CreateSchemaStmt": "CREATE SCHEMA",
    "CreateSeqStmt": "CREATE SEQUENCE",
    "CreateStatsStmt": "CREATE STATISTICS",
    "CreateStmt": "CREATE TABLE",
    "CreateTransformStmt": "CREATE TRANSFORM",
    "DefineStmt": "CREATE",
    "ImportForeignSchemaStmt": "IMPORT FOREIGN SCHEMA",
    "ViewStmt": "CREATE VIEW",
}
_PARTS: Final = names_in(
    """
        ColumnDef Constraint CreateOpClassItem DefElem FunctionParameter ObjectWithArgs PartitionBoundSpec
        PartitionElem PartitionRangeDatum PartitionSpec PublicationObjSpec PublicationTable SinglePartitionSpec
        StatsElem TableLikeClause TriggerTransition
        """
)

RULES: Final[Rules] = {
    **dict.fromkeys(_OTHERS, _create),
    **dict.fromkeys(_PARTS, True),
    "CreateForeignTableStmt": _create_foreign,
    "CreateTableAsStmt": _create_as,
    "IndexStmt": _create_index,
    "CreateTrigStmt": _create_on,
    "RuleStmt": _create_on,
    "CommentStmt": _comment,
    "CreatedbStmt": _alone,
}
VERBS: Final = {
    **_OTHERS,
    "CreateForeignTableStmt": "CREATE FOREIGN TABLE",
    "CreateTableAsStmt": "CREATE TABLE AS",
    "IndexStmt": "CREATE INDEX",
    "CreateTrigStmt": "CREATE TRIGGER",
    "RuleStmt": "CREATE RULE",
    "CommentStmt": "COMMENT",
    "CreatedbStmt": "CREATE DATABASE",
}
