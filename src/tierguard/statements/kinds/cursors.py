"""Cursors and prepared statements: each counts as what it would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.tour import OPAQUE, Tour

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_OURS: Final = "tierguard"  # cursors of this name hold a person's COMMIT until the question is answered


def _declare(node: Node, tour: Tour) -> None:
    if node.get("portalname", "").startswith(_OURS):
        tour.loosen(OPAQUE, "it takes the name of a cursor that protects the session")
    tour.queue.append({"query": [node["query"]]})


def _prepare(node: Node, tour: Tour) -> None:
    tour.queue.append({"query": [node["query"]]})


def _close(node: Node, tour: Tour) -> None:
    name = node.get("portalname", "")
    if not name:
        tour.loosen(OPAQUE, "it closes every cursor of the session")
    elif name.startswith(_OURS):
        tour.loosen(OPAQUE, "it closes a cursor that protects the session")


RULES: Final[Rules] = {
    "DeclareCursorStmt": _declare,
    "PrepareStmt": _prepare,
    "ClosePortalStmt": _close,
    "FetchStmt": False,
    "DeallocateStmt": False,
}
VERBS: Final = {
    "DeclareCursorStmt": "DECLARE",
    "PrepareStmt": "PREPARE",
    "ClosePortalStmt": "CLOSE",
    "FetchStmt": "FETCH",
    "DeallocateStmt": "DEALLOCATE",
}
