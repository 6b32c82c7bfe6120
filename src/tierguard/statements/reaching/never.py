"""Conditions that hold for no row: only what is plainly so, as ``false`` and ``1 = 2``. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.reaching.target import literal
from tierguard.statements.tour import constant_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.statements.reaching.target import Target
    from tierguard.statements.tour import Node

_FALSE: Final = frozenset({"false", "f", "off", "no", "n"})
_TRUE: Final = frozenset({"true", "t", "on", "yes", "y"})
_IRREFLEXIVE: Final = frozenset({"<>", "!=", "<", ">"})


def is_never_true(node: Node, target: Target) -> bool:
    """Return whether a condition is false, or unknown, for every row."""
    for kind, value in node.items():
        form = _FORMS.get(kind)
        return form is not None and form(value, target)
    return False


def _constant(value: Node, _target: Target) -> bool:
    return "isnull" in value or constant_of({"A_Const": value}) in _FALSE


def _cast(value: Node, target: Target) -> bool:
    return "arg" in value and is_never_true(value["arg"], target)


def _combination(value: Node, target: Target) -> bool:
    terms = value["args"]
    match value.get("boolop"):
        case "AND_EXPR":
            return any(is_never_true(one, target) for one in terms)
        case "OR_EXPR":
            return all(is_never_true(one, target) for one in terms)
        case _:
            return _is_truth(terms[0])


def _is_truth(node: Node) -> bool:
    """Return whether a condition is true beyond doubt: ``true``, ``1 = 1``."""
    if "A_Const" in node:
        return constant_of(node) in _TRUE
    value = node.get("A_Expr", {})
    if value.get("kind") != "AEXPR_OP" or "lexpr" not in value or text_of(value["name"])[-1] != "=":
        return False
    left = literal(value["lexpr"])
    return left != () and left == literal(value["rexpr"])


def _null_test(value: Node, target: Target) -> bool:
    column = target.column(value["arg"])
    return bool(column) and value.get("nulltesttype") == "IS_NULL" and target.is_key(column)


def _comparison(value: Node, target: Target) -> bool:
    if value.get("kind") != "AEXPR_OP" or "lexpr" not in value:
        return False
    left, right = value["lexpr"], value["rexpr"]
    sign = text_of(value["name"])[-1]
    if sign in _IRREFLEXIVE:
        same = target.column(left) or literal(left)
        return bool(same) and same == (target.column(right) or literal(right))
    values = literal(left), literal(right)
    return sign == "=" and values[0][:1] == values[1][:1] != () and values[0] != values[1]


_FORMS: Final[dict[str, Callable[[Node, Target], bool]]] = {
    "A_Const": _constant,
    "A_Expr": _comparison,
    "BoolExpr": _combination,
    "NullTest": _null_test,
    "TypeCast": _cast,
}
