"""Conditions that hold for every row. Pure.

Over-cautious where text cannot tell: that costs a person one question. A condition that does not look at the row is
taken to hold; so is one that every row of an ordinary table meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.reaching.comparing import is_met_by_all
from tierguard.statements.reaching.never import is_never_true
from tierguard.statements.reaching.target import WHOLE_ROW, Target
from tierguard.statements.tour import name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tierguard.statements.tour import Node

_COMPARED: Final = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_OPPOSITES: Final = {**_COMPARED, "null": "not null", "not null": "null", "yes": "no", "no": "yes"}
_LIMITING: Final = ("limitCount", "limitOffset", "havingClause", "groupClause", "withClause")


def target_of(relation: Node, others: Iterable[Node] = ()) -> Target:
    """Return the target of a statement; of the other relations in it, those that have all its rows go by its name."""
    own = relation.get("alias", {}).get("aliasname", relation["relname"])
    target = Target(name_of(relation), frozenset({own}))
    same = frozenset(name for item in others for name in _names_of_same(item, target))
    return Target(target.parts, target.names | same) if same else target


def is_always_true(node: Node, target: Target) -> bool:
    """Return whether a condition holds for every row, as far as text can tell, or looks at no row at all."""
    for kind, value in node.items():
        if kind == "A_Expr" and _is_plain(value, target):
            return False
        if kind == "ColumnRef":
            return not target.column(node)
        if kind == "BoolExpr" and value.get("boolop") != "NOT_EXPR":
            return _combination(value, target)
        form = _FORMS.get(kind)
        if form is not None and form(value, target):
            return True
    return not is_never_true(node, target) and not target.is_looked_at(node)


def _is_plain(value: Node, target: Target) -> bool:
    """Return whether a comparison is one of the commonest, which leave rows out: ``id = 3``, ``id > %s``."""
    right = value.get("rexpr", {})
    equals = "A_Const" in right and value.get("kind") == "AEXPR_OP" and value["name"][0]["String"]["sval"] == "="
    return (equals or "ParamRef" in right) and bool(target.column(value.get("lexpr", {})))


def _names_of_same(item: Node, target: Target) -> Iterator[str]:
    for kind, node in item.items():
        alias = node.get("alias", {}).get("aliasname")
        if kind == "JoinExpr":
            yield from _names_of_same(node.get("larg", {}), target)
            yield from _names_of_same(node.get("rarg", {}), target)
        elif kind == "RangeVar" and name_of(node)[-1] == target.parts[-1]:
            yield alias or node["relname"]
        elif kind == "RangeSubselect" and alias and _is_whole(node.get("subquery", {}), target):
            yield alias


def _is_whole(query: Node, target: Target) -> bool:
    """Return whether a query gives every row of the target's relation."""
    select = query.get("SelectStmt", {})
    sources = select.get("fromClause", [])
    if len(sources) != 1 or any(key in select for key in _LIMITING):
        return False
    relation = sources[0].get("RangeVar")
    if relation is None or name_of(relation)[-1] != target.parts[-1]:
        return False
    where = select.get("whereClause")
    return where is None or is_always_true(where, target_of(relation))


def _combination(value: Node, target: Target) -> bool:
    terms = value["args"]
    if value.get("boolop") == "OR_EXPR":
        return any(is_always_true(one, target) for one in terms) or _are_opposite(terms, target)
    return all(is_always_true(one, target) for one in terms)


def _negation(value: Node, target: Target) -> bool:
    return is_never_true(value["args"][0], target)


def _are_opposite(terms: list[Node], target: Target) -> bool:
    """Return whether one of some terms holds where another does not."""
    signed = {_signed(one, target) for one in terms}
    return any((_OPPOSITES.get(sign), rest) in signed for sign, rest in signed)


def _signed(node: Node, target: Target) -> tuple[str, str]:
    """Return a term as a sign and the text of what it is about."""
    if test := node.get("NullTest"):
        return "not null" if test.get("nulltesttype") == "IS_NOT_NULL" else "null", repr(target.bare(test["arg"]))
    negated = node.get("BoolExpr", {})
    if negated.get("boolop") == "NOT_EXPR":
        sign, rest = _signed(negated["args"][0], target)
        return _OPPOSITES[sign], rest
    compared = node.get("A_Expr", {})
    if compared.get("kind") == "AEXPR_OP" and "lexpr" in compared:
        sign = text_of(compared["name"])[-1]
        if sign in _COMPARED:
            return sign, repr(target.bare([compared["lexpr"], compared["rexpr"]]))
    return "yes", repr(target.bare(node))


def _null_test(value: Node, target: Target) -> bool:
    column = target.column(value["arg"])
    return bool(column) and value.get("nulltesttype") == "IS_NOT_NULL" and target.is_key(column)


def _truth_test(value: Node, target: Target) -> bool:
    match value.get("booltesttype"):
        case "IS_TRUE" | "IS_NOT_FALSE":
            return is_always_true(value["arg"], target)
        case "IS_FALSE" | "IS_NOT_TRUE":
            return is_never_true(value["arg"], target)
        case _:
            return False


def _selection(value: Node, target: Target) -> bool:
    """``id IN (SELECT id FROM people)``, where people is the relation itself."""
    select, tested = value.get("subselect", {}).get("SelectStmt", {}), value.get("testexpr")
    if (
        not tested
        or value.get("subLinkType") != "ANY_SUBLINK"
        or text_of(value.get("operName", ())) not in {(), ("=",)}
    ):
        return False
    column = target.column(tested)
    if not column or not _is_whole({"SelectStmt": select}, target):
        return False
    inner = target_of(select["fromClause"][0]["RangeVar"])
    given = [inner.column(one.get("ResTarget", {}).get("val", {})) for one in select.get("targetList", ())]
    return given in ([column], [WHOLE_ROW])


def _first(value: Node, target: Target) -> bool:
    """COALESCE gives its first argument where that is not NULL."""
    return is_always_true(value["args"][0], target)


def _argument(value: Node, target: Target) -> bool:
    return "arg" in value and is_always_true(value["arg"], target)


def _case(value: Node, target: Target) -> bool:
    """CASE holds where each of its results does, or the first whose condition holds."""
    whens = [one["CaseWhen"] for one in value["args"]]
    if not is_always_true(whens[0]["result"], target):  # once: they nest
        return False
    if "arg" not in value and is_always_true(whens[0]["expr"], target):
        return True
    others = [*(one["result"] for one in whens[1:]), value.get("defresult")]
    return all(one is not None and is_always_true(one, target) for one in others)


_FORMS: Final[dict[str, Callable[[Node, Target], bool]]] = {
    "A_Expr": is_met_by_all,
    "BoolExpr": _negation,
    "BooleanTest": _truth_test,
    "CaseExpr": _case,
    "CoalesceExpr": _first,
    "CollateClause": _argument,
    "NullTest": _null_test,
    "SubLink": _selection,
    "TypeCast": _argument,
}
