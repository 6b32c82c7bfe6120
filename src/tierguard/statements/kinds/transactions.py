"""Transactions: where they begin and end, and their characteristics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Control
from tierguard.statements.tour import OPAQUE, WRITE, Tour, is_on, options_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_KINDS: Final = {
    "TRANS_STMT_BEGIN": ("BEGIN", Control.BEGIN),
    "TRANS_STMT_START": ("START TRANSACTION", Control.BEGIN),
    "TRANS_STMT_COMMIT": ("COMMIT", Control.COMMIT),
    "TRANS_STMT_ROLLBACK": ("ROLLBACK", Control.ROLLBACK),
    "TRANS_STMT_SAVEPOINT": ("SAVEPOINT", Control.SAVEPOINT),
    "TRANS_STMT_RELEASE": ("RELEASE", Control.RELEASE),
    "TRANS_STMT_ROLLBACK_TO": ("ROLLBACK TO", Control.ROLLBACK_TO),
    "TRANS_STMT_PREPARE": ("PREPARE TRANSACTION", Control.TWO_PHASE),
    "TRANS_STMT_COMMIT_PREPARED": ("COMMIT PREPARED", Control.TWO_PHASE),
    "TRANS_STMT_ROLLBACK_PREPARED": ("ROLLBACK PREPARED", Control.TWO_PHASE),
}


def _transaction(node: Node, tour: Tour) -> None:
    kind = node.get("kind", "")
    if kind not in _KINDS:
        tour.may_do_anything(f"{kind} is not known here")
        return
    tour.verb, tour.control = _KINDS[kind]
    tour.chained = node.get("chain", False)
    tour.savepoint = node.get("savepoint_name", "")
    options = options_of(node)
    if "transaction_read_only" in options:
        tour.read_only = is_on(options["transaction_read_only"])
    if tour.control is Control.TWO_PHASE:
        tour.grave(OPAQUE, "another session could end this transaction")


def _notify(_node: Node, tour: Tour) -> None:
    tour.grave(WRITE, "it tells other sessions at COMMIT")


def _lock(node: Node, tour: Tour) -> None:
    tour.queue.append(node)
    tour.grave(WRITE, "it locks tables")


RULES: Final[Rules] = {
    "TransactionStmt": _transaction,
    "NotifyStmt": _notify,
    "LockStmt": _lock,
    "ListenStmt": False,
    "UnlistenStmt": False,
    "ConstraintsSetStmt": False,
}
VERBS: Final = {
    "TransactionStmt": "BEGIN",
    "NotifyStmt": "NOTIFY",
    "LockStmt": "LOCK",
    "ListenStmt": "LISTEN",
    "UnlistenStmt": "UNLISTEN",
    "ConstraintsSetStmt": "SET CONSTRAINTS",
}
