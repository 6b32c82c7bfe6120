"""What is altered. Most forms lock everybody else out (manual, ALTER TABLE); a column's end destroys what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold, Thing
from tierguard.statements.naming import names_in
from tierguard.statements.things import kind_in_words
from tierguard.statements.tour import ADMIN, DDL, DESTROY, Tour, kind_of, name_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

# Row security and triggers protect rows, and an owner may do anything to them.
_LOOSENING: Final = {
    "AT_ChangeOwner": "it gives the table to another role",
    "AT_DisableRowSecurity": "it switches row security off",
    "AT_NoForceRowSecurity": "it switches row security off for the owner",
    "AT_DisableTrig": "it switches a trigger off",
    "AT_DisableTrigAll": "it switches triggers off, those of foreign keys too",
    "AT_DisableTrigUser": "it switches triggers off",
    "AT_DisableRule": "it switches a rule off",
}
# Those that let reads, and mostly writes, go on.
_SHARING: Final = frozenset(
    names_in(
        """
        AT_AddConstraint AT_AttachPartition AT_ClusterOn AT_DropCluster AT_EnableAlwaysTrig AT_EnableReplicaTrig
        AT_EnableTrig AT_EnableTrigAll AT_EnableTrigUser AT_DisableTrig AT_DisableTrigAll AT_DisableTrigUser
        AT_SetOptions AT_ResetOptions AT_SetRelOptions AT_ResetRelOptions AT_SetStatistics AT_ValidateConstraint
        """
    )
)
_DROPPING: Final = {"AT_DropColumn": "column", "AT_DropConstraint": "constraint"}
_SERVER: Final = {
    "OBJECT_DATABASE": "it renames a database, which nobody would find",
    "OBJECT_ROLE": "it renames a role, who could no longer log in",
    "OBJECT_TABLESPACE": "it renames a tablespace",
}


def _alter_table(node: Node, tour: Tour) -> None:
    tour.verb = f"ALTER {kind_of(node.get('objtype', 'OBJECT_TABLE'))}"
    tour.write(node["relation"])
    tour.grave(DDL)
    table = name_of(node["relation"])
    for one in node.get("cmds", ()):
        command = one["AlterTableCmd"]
        kind = command.get("subtype", "")
        if kind in _DROPPING:
            tour.objects.append(Thing(_DROPPING[kind], table, command.get("name", "")))
            tour.cascade |= command.get("behavior") == "DROP_CASCADE"
        if kind == "AT_DropColumn":
            tour.grave(DESTROY, f"it drops the column {command.get('name', '')}")
        if kind in _LOOSENING:
            tour.grave(ADMIN, _LOOSENING[kind])
        check = command.get("def", {}).get("Constraint", {}).get("contype") != "CONSTR_FOREIGN"
        if kind not in _SHARING or (kind == "AT_AddConstraint" and check):
            tour.grave(DDL, hold=Hold.EXCLUSIVE)
    tour.objects.append(Thing(kind_in_words(node.get("objtype", "OBJECT_TABLE")), table))
    tour.queue.append({"cmds": node.get("cmds", [])})


def _partition(node: Node, tour: Tour) -> None:
    if relation := node.get("name"):
        tour.objects.append(Thing("table", name_of(relation)))
        tour.grave(DDL, hold=Hold.EXCLUSIVE)  # what is attached or detached is locked, even where its parent is not
    if node.get("concurrent"):
        tour.grave(DDL, hold=Hold.ALONE)
    tour.queue.append(node)


def _rename(node: Node, tour: Tour) -> None:
    kind = node.get("renameType", "")
    tour.verb = f"ALTER {kind_of(kind)} RENAME"
    if relation := node.get("relation"):
        tour.write(relation)
    tour.grave(ADMIN if kind in _SERVER else DDL, _SERVER.get(kind, ""))
    tour.grave(DDL, hold=Hold.EXCLUSIVE if "relation" in node else Hold.TRANSACTION)


def _alter_exclusively(node: Node, tour: Tour) -> None:
    if relation := node.get("relation"):
        tour.write(relation)
    tour.grave(DDL, hold=Hold.EXCLUSIVE)


def _alter(node: Node, tour: Tour) -> None:
    for field in ("relation", "sequence"):
        if field in node:
            tour.write(node[field])
    tour.grave(DDL)


def _alter_domain(node: Node, tour: Tour) -> None:
    tour.grave(DDL, hold=Hold.EXCLUSIVE)
    tour.queue.append(node)


_OTHERS: Final = {
    "AlterCollationStmt": "ALTER COLLATION",
    "AlterEnumStmt": "ALTER TYPE",
    "AlterExtensionContentsStmt": "ALTER EXTENSION",
    "AlterExtensionStmt": "ALTER EXTENSION",
    "AlterFdwStmt": "ALTER FOREIGN DATA WRAPPER",
    "AlterForeignServerStmt": "ALTER SERVER",
    "AlterFunctionStmt": "ALTER FUNCTION",
    "AlterObjectDependsStmt": "ALTER DEPENDS ON EXTENSION",
    "AlterOpFamilyStmt": "ALTER OPERATOR FAMILY",
    "AlterOperatorStmt": "ALTER OPERATOR",
    "AlterPublicationStmt": "ALTER PUBLICATION",
    "AlterSeqStmt": "ALTER SEQUENCE",
    "AlterStatsStmt": "ALTER STATISTICS",
    "AlterTSConfigurationStmt": "ALTER TEXT SEARCH CONFIGURATION",
    "AlterTSDictionaryStmt": "ALTER TEXT SEARCH DICTIONARY",
    "AlterTypeStmt": "ALTER TYPE",
}
_EXCLUSIVE: Final = {
    "AlterObjectSchemaStmt": "ALTER SET SCHEMA",
    "AlterTableMoveAllStmt": "ALTER TABLE ALL IN TABLESPACE",
    "ReplicaIdentityStmt": "ALTER TABLE",
}

RULES: Final[Rules] = {
    **dict.fromkeys(_OTHERS, _alter),
    **dict.fromkeys(_EXCLUSIVE, _alter_exclusively),
    "AlterTableStmt": _alter_table,
    "AlterTableCmd": True,
    "PartitionCmd": _partition,
    "RenameStmt": _rename,
    "AlterDomainStmt": _alter_domain,
}
VERBS: Final = {
    **_OTHERS,
    **_EXCLUSIVE,
    "AlterTableStmt": "ALTER TABLE",
    "RenameStmt": "ALTER RENAME",
    "AlterDomainStmt": "ALTER DOMAIN",
}
