"""EXPLAIN, which runs its statement where it says ANALYZE, and only plans it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.tour import Tour, is_on

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _explain(node: Node, tour: Tour) -> None:
    query = node.get("query", {})
    options = [one["DefElem"] for one in node.get("options", ()) if "DefElem" in one]
    if any(one["defname"] == "analyze" and is_on(one.get("arg")) for one in options):
        tour.verb = "EXPLAIN ANALYZE"
        tour.queue.append(query)
        return
    if "ExecuteStmt" in query:
        return
    planned = Tour(tour.rules, "")
    planned.walk(query)
    tour.reads += [*planned.writes, *planned.reads]
    if planned.unknown:  # planning itself calls functions that say that they are immutable or stable
        tour.may_do_anything("it may call a function of which nobody can tell from the text what it does")


RULES: Final[Rules] = {"ExplainStmt": _explain}
VERBS: Final = {"ExplainStmt": "EXPLAIN"}
