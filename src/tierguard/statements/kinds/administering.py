"""Roles, privileges, the server, and what reaches other databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold
from tierguard.statements.tour import ADMIN, Tour

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _administer(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN)


def _alone(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, hold=Hold.ALONE)


def _beyond(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, hold=Hold.BEYOND)


def _grant(node: Node, tour: Tour) -> None:
    tour.verb = "GRANT" if node.get("is_grant") else "REVOKE"
    tour.queue.append({"objects": node.get("objects", [])})
    tour.grave(ADMIN)


def _owner(node: Node, tour: Tour) -> None:
    if relation := node.get("relation"):
        tour.write(relation)
    tour.grave(ADMIN, "the owner may do anything to it")


_IN_TRANSACTION: Final = {
    "AlterDatabaseSetStmt": "ALTER DATABASE",
    "AlterDatabaseRefreshCollStmt": "ALTER DATABASE",
    "AlterDefaultPrivilegesStmt": "ALTER DEFAULT PRIVILEGES",
    "AlterEventTrigStmt": "ALTER EVENT TRIGGER",
    "AlterPolicyStmt": "ALTER POLICY",
    "AlterRoleSetStmt": "ALTER ROLE",
    "AlterRoleStmt": "ALTER ROLE",
    "AlterTableSpaceOptionsStmt": "ALTER TABLESPACE",
    "AlterUserMappingStmt": "ALTER USER MAPPING",
    "CreateEventTrigStmt": "CREATE EVENT TRIGGER",
    "CreatePolicyStmt": "CREATE POLICY",
    "CreateRoleStmt": "CREATE ROLE",
    "CreateUserMappingStmt": "CREATE USER MAPPING",
    "DropOwnedStmt": "DROP OWNED",
    "DropRoleStmt": "DROP ROLE",
    "DropUserMappingStmt": "DROP USER MAPPING",
    "ReassignOwnedStmt": "REASSIGN OWNED",
    "SecLabelStmt": "SECURITY LABEL",
}
_ALONE: Final = {
    "AlterDatabaseStmt": "ALTER DATABASE",
    "AlterSystemStmt": "ALTER SYSTEM",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
}
_BEYOND: Final = {
    "AlterSubscriptionStmt": "ALTER SUBSCRIPTION",
    "CheckPointStmt": "CHECKPOINT",
    "CreateSubscriptionStmt": "CREATE SUBSCRIPTION",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "LoadStmt": "LOAD",
}

RULES: Final[Rules] = {
    **dict.fromkeys(_IN_TRANSACTION, _administer),
    **dict.fromkeys(_ALONE, _alone),
    **dict.fromkeys(_BEYOND, _beyond),
    "GrantStmt": _grant,
    "GrantRoleStmt": _grant,
    "AccessPriv": False,
    "AlterOwnerStmt": _owner,
}
VERBS: Final = {
    **_IN_TRANSACTION,
    **_ALONE,
    **_BEYOND,
    "GrantStmt": "GRANT",
    "GrantRoleStmt": "GRANT",
    "AlterOwnerStmt": "ALTER OWNER",
}
