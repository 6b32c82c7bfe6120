"""What changes nothing by itself: expressions, and the parts of a query. Casts are taken as reads.

A column's name may also call a function by attribute notation (manual, section 4.2.6): text cannot decide that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.naming import names_in

if TYPE_CHECKING:
    from tierguard.statements.tour import Rules

_LEAVES: Final = names_in(
    """
        A_Const A_Star Alias BitString Boolean ColumnRef CurrentOfExpr Float GroupingFunc IntList Integer
        JsonFormat JsonReturning MergeSupportFunc OidList ParamRef RoleSpec SQLValueFunction SetToDefault String
        """
)
_BRANCHES: Final = names_in(
    """
        A_ArrayExpr A_Indices A_Indirection BoolExpr BooleanTest CTECycleClause CTESearchClause CaseExpr
        CaseWhen CoalesceExpr CollateClause CommonTableExpr GroupingSet IndexElem InferClause JoinExpr
        JsonAggConstructor JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor JsonBehavior
        JsonExpr JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg JsonObjectConstructor JsonOutput
        JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr
        List MergeWhenClause MinMaxExpr MultiAssignRef NamedArgExpr NullTest OnConflictClause RangeFunction
        RangeSubselect RangeTableFunc RangeTableFuncCol RangeTableSample ResTarget RowExpr TypeCast
        TypeName WindowDef XmlExpr XmlSerialize
        """
)

RULES: Final[Rules] = {**dict.fromkeys(_LEAVES, False), **dict.fromkeys(_BRANCHES, True)}
VERBS: Final[dict[str, str]] = {}
