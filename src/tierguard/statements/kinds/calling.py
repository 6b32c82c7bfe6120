"""Calls: functions, operators, procedures, blocks of code, and statements that were prepared before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold
from tierguard.statements.harmless import HARMLESS, OPERATORS
from tierguard.statements.kinds.settings import set_by_function
from tierguard.statements.notable import BEYOND, EXTENSION_OPERATORS, EXTENSIONS, GRAVE
from tierguard.statements.tour import DESTROY, OPAQUE, Tour, constant_of, options_of, text_of
from tierguard.statements.wording import destroys

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_QUALIFIED: Final = 2
_NAMED: Final = frozenset({"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL"})  # others are words of the grammar


def _function(node: Node, tour: Tour) -> None:
    """A call in any position. A name without a schema may be shadowed by the search_path: text cannot decide that."""
    tour.queue.append(node)
    names = text_of(node["funcname"])
    name = names[-1]
    if len(names) == 1 or (len(names) == _QUALIFIED and names[0] == "pg_catalog"):
        if name in HARMLESS or (len(names) == 1 and name in EXTENSIONS):
            return
        if name == "set_config":
            set_by_function(node, tour)
            return
        if name in GRAVE:
            gravity, why, hold = GRAVE[name]
            tour.grave(gravity, f"{name}() {why}", hold)
            tour.unknown |= gravity == OPAQUE
            return
    hold = Hold.BEYOND if name.startswith(BEYOND) else Hold.TRANSACTION
    tour.unknown = True
    tour.grave(OPAQUE, f"nobody can tell from the text what {'.'.join(names)}() does", hold)


def _call(node: Node, tour: Tour) -> None:
    call = node["funccall"]
    tour.queue.append({"args": call.get("args", [])})
    tour.may_do_anything(f"nobody can tell from the text what {'.'.join(text_of(call['funcname']))}() does")


def _do(node: Node, tour: Tour) -> None:
    code = " ".join(constant_of(value) or "" for value in options_of(node, "args").values())
    tour.may_do_anything("nobody can tell from the text what its code does")
    if destroys(code):
        tour.grave(DESTROY, "its code has a DROP or TRUNCATE in it", Hold.EXCLUSIVE)


def _execute(node: Node, tour: Tour) -> None:
    tour.queue.append({"params": node.get("params", [])})
    tour.may_do_anything(f"what was prepared as {node.get('name', '')} stands elsewhere")


def _expression(node: Node, tour: Tour) -> None:
    tour.queue.append(node)
    if node.get("kind") in _NAMED:
        _operator(node["name"], tour)


def _sub_select(node: Node, tour: Tour) -> None:
    tour.queue.append(node)
    if "operName" in node:
        _operator(node["operName"], tour)


def _order(node: Node, tour: Tour) -> None:
    tour.queue.append(node)
    if "useOp" in node:
        _operator(node["useOp"], tour)


def _operator(named: list[Node], tour: Tour) -> None:
    """An operator calls a function. Those of the server are known by their signs, and of extensions in any schema."""
    sign = named[-1]["String"]["sval"]
    if sign in OPERATORS and (len(named) == 1 or named[0]["String"]["sval"] == "pg_catalog"):
        return
    if sign not in EXTENSION_OPERATORS:
        tour.may_do_anything(f"nobody can tell from the text what the operator {sign} does")


RULES: Final[Rules] = {
    "A_Expr": _expression,
    "SubLink": _sub_select,
    "SortBy": _order,
    "FuncCall": _function,
    "CallStmt": _call,
    "DoStmt": _do,
    "ExecuteStmt": _execute,
}
VERBS: Final = {"CallStmt": "CALL", "DoStmt": "DO", "ExecuteStmt": "EXECUTE"}
