"""Roles, privileges, the server, and what reaches other databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold
from tierguard.statements.things import roles_in
from tierguard.statements.tour import ADMIN, Tour, options_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _administer(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN)


def _exclusive(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, hold=Hold.EXCLUSIVE)


def _alone(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, hold=Hold.ALONE)


def _beyond(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, hold=Hold.BEYOND)


def _grant(node: Node, tour: Tour) -> None:
    of_role = " ROLE" if "granted_roles" in node else ""
    tour.verb = f"{'GRANT' if node.get('is_grant') else 'REVOKE'}{of_role}"
    tour.queue.append({"objects": node.get("objects", [])})
    tour.grave(ADMIN)


def _drop_owned(node: Node, tour: Tour) -> None:
    tour.objects += roles_in(node)
    tour.cascade = node.get("behavior") == "DROP_CASCADE"
    tour.grave(ADMIN, "everything that the role owns here goes", Hold.EXCLUSIVE)


def _owner(node: Node, tour: Tour) -> None:
    if relation := node.get("relation"):
        tour.write(relation)
    tour.grave(ADMIN, "the owner may do anything to it")


def _policy(node: Node, tour: Tour) -> None:
    tour.write(node["table"])
    tour.grave(ADMIN, "it says who may see and change which rows", Hold.EXCLUSIVE)


def _reassign(_node: Node, tour: Tour) -> None:
    tour.grave(ADMIN, "the owner may do anything to it", Hold.EXCLUSIVE)


def _database(node: Node, tour: Tour) -> None:
    """ALTER DATABASE: only its move to another tablespace cannot run in a transaction."""
    tour.grave(ADMIN, hold=Hold.ALONE if "tablespace" in options_of(node) else Hold.TRANSACTION)


_IN_TRANSACTION: Final = {
    "AlterDatabaseSetStmt": "ALTER DATABASE",
    "AlterDatabaseRefreshCollStmt": "ALTER DATABASE",
    "AlterDefaultPrivilegesStmt": "ALTER DEFAULT PRIVILEGES",
    "AlterEventTrigStmt": "ALTER EVENT TRIGGER",
    "AlterRoleSetStmt": "ALTER ROLE",
    "AlterRoleStmt": "ALTER ROLE",
    "AlterTableSpaceOptionsStmt": "ALTER TABLESPACE",
    "AlterUserMappingStmt": "ALTER USER MAPPING",
    "CreateEventTrigStmt": "CREATE EVENT TRIGGER",
    "CreateRoleStmt": "CREATE ROLE",
    "CreateUserMappingStmt": "CREATE USER MAPPING",
    "DropRoleStmt": "DROP ROLE",
    "DropUserMappingStmt": "DROP USER MAPPING",
    "SecLabelStmt": "SECURITY LABEL",
}
_ALONE: Final = {
    "AlterSubscriptionStmt": "ALTER SUBSCRIPTION",
    "AlterSystemStmt": "ALTER SYSTEM",
    "CreateSubscriptionStmt": "CREATE SUBSCRIPTION",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "DropTableSpaceStmt": "DROP TABLESPACE",
}
_EXCLUSIVE: Final = {"DropOwnedStmt": "DROP OWNED", "ReassignOwnedStmt": "REASSIGN OWNED"}
_BEYOND: Final = {
    "CheckPointStmt": "CHECKPOINT",
    "LoadStmt": "LOAD",
}

RULES: Final[Rules] = {
    **dict.fromkeys(_IN_TRANSACTION, _administer),
    **dict.fromkeys(_ALONE, _alone),
    **dict.fromkeys(_BEYOND, _beyond),
    **dict.fromkeys(_EXCLUSIVE, _exclusive),
    "GrantStmt": _grant,
    "GrantRoleStmt": _grant,
    "AccessPriv": False,
    "DropOwnedStmt": _drop_owned,
    "AlterOwnerStmt": _owner,
    "AlterDatabaseStmt": _database,
    "AlterPolicyStmt": _policy,
    "CreatePolicyStmt": _policy,
    "ReassignOwnedStmt": _reassign,
}
VERBS: Final = {
    **_IN_TRANSACTION,
    **_ALONE,
    **_BEYOND,
    **_EXCLUSIVE,
    "GrantStmt": "GRANT",
    "GrantRoleStmt": "GRANT",
    "AlterOwnerStmt": "ALTER OWNER",
    "AlterDatabaseStmt": "ALTER DATABASE",
    "AlterPolicyStmt": "ALTER POLICY",
    "CreatePolicyStmt": "CREATE POLICY",
    "ReassignOwnedStmt": "REASSIGN OWNED",
}
