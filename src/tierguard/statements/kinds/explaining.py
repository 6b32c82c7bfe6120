"""EXPLAIN, which runs its statement where it says ANALYZE, and only plans it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.tour import Tour, is_on, options_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules


def _explain(node: Node, tour: Tour) -> None:
    query = node.get("query", {})
    options = options_of(node)  # of an option that is there twice, the last one counts
    if "analyze" in options and is_on(options["analyze"]):
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
