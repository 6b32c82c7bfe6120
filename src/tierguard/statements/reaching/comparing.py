"""Comparisons that every row of an ordinary table meets: ``x = x``, ``id > 0``, ``name LIKE '%'``. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.tour import constant_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tierguard.statements.reaching.target import Target
    from tierguard.statements.tour import Node

_REFLEXIVE: Final = frozenset({"=", "<=", ">=", "~=", "@>", "<@", "&&"})
_WILD: Final = {"~~": "%", "~~*": "%", "~": "^.*$", "~*": "^.*$"}  # what a pattern that matches anything is made of


def is_met_by_all(value: Node, target: Target) -> bool:
    """Return whether a comparison (an A_Expr) is met by every row, as far as its form says."""
    form = _FORMS.get(value.get("kind", ""))
    if form is None or "lexpr" not in value or "rexpr" not in value or not value.get("name"):
        return False
    return form(value["lexpr"], text_of(value["name"])[-1], value["rexpr"], target)


def _operator(left: Node, sign: str, right: Node, target: Target) -> bool:
    if sign in _REFLEXIVE and target.same(left, right):
        return True
    return _pattern(left, sign, right, target) or _number(left, sign, right, target)


def _number(left: Node, sign: str, right: Node, target: Target) -> bool:
    """Numbers of rows begin at one: ``id > 0``."""
    column, value = target.column(left), constant_of(right)
    if not column or value is None or not target.is_key(column):
        return False
    try:
        number = float(value)
    except ValueError:
        return False
    return (sign in {">", "<>", "!="} and number <= 0) or (sign == ">=" and number <= 1)


def _pattern(_left: Node, sign: str, right: Node, _target: Target) -> bool:
    """Every text matches an empty regular expression, and per cent signs of LIKE and SIMILAR TO."""
    if sign not in _WILD:
        return False
    wild = _WILD[sign]
    if call := right.get("FuncCall"):  # LIKE … ESCAPE, SIMILAR TO
        right, wild = call.get("args", [{}])[0], "%"
    text = constant_of(right)
    return text is not None and not text.strip(wild) and (bool(text) or wild != "%")


def _not_distinct(left: Node, _sign: str, right: Node, target: Target) -> bool:
    return target.same(left, right)


def _distinct(left: Node, _sign: str, right: Node, target: Target) -> bool:
    """``id IS DISTINCT FROM NULL``."""
    return "isnull" in right.get("A_Const", {}) and target.is_key(target.column(left))


def _among(left: Node, sign: str, right: Node, target: Target) -> bool:
    """``id IN (id)``, ``id = ANY (ARRAY[id])``."""
    items = right.get("List", {}).get("items", right.get("A_ArrayExpr", {}).get("elements", ()))
    return sign == "=" and any(target.same(left, one) for one in items)


def _between(left: Node, _sign: str, right: Node, target: Target) -> bool:
    bounds = right.get("List", {}).get("items", ())
    return bool(bounds) and all(target.same(left, one) for one in bounds)


_FORMS: Final[dict[str, Callable[[Node, str, Node, Target], bool]]] = {
    "AEXPR_OP": _operator,
    "AEXPR_LIKE": _pattern,
    "AEXPR_ILIKE": _pattern,
    "AEXPR_SIMILAR": _pattern,
    "AEXPR_NOT_DISTINCT": _not_distinct,
    "AEXPR_DISTINCT": _distinct,
    "AEXPR_IN": _among,
    "AEXPR_OP_ANY": _among,
    "AEXPR_BETWEEN": _between,
    "AEXPR_BETWEEN_SYM": _between,
}
