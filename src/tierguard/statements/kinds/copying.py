"""COPY, between a relation or query and the client, a file of the server, or a program on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold
from tierguard.statements.tour import ADMIN, WRITE, Tour

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _copy(node: Node, tour: Tour) -> None:
    incoming = node.get("is_from", False)
    tour.verb = "COPY FROM" if incoming else "COPY TO"
    if relation := node.get("relation"):
        (tour.write if incoming else tour.read)(relation)
    if incoming:
        tour.grave(WRITE)
    if node.get("is_program"):
        tour.grave(ADMIN, "it runs a program on the server", Hold.BEYOND)
    elif "filename" in node:
        tour.grave(ADMIN, f"it {'reads' if incoming else 'writes'} a file of the server", Hold.BEYOND)
    tour.queue.append({key: node[key] for key in ("query", "whereClause") if key in node})


RULES: Final[Rules] = {"CopyStmt": _copy}
VERBS: Final = {"CopyStmt": "COPY"}
