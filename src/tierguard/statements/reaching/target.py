"""The relation whose rows are changed, by what names it and its columns go, and what looks at its rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.statements.placeholders import UNKNOWN
from tierguard.statements.tour import constant_of, text_of

if TYPE_CHECKING:
    from tierguard.statements.effects import Parts
    from tierguard.statements.tour import Node

WHOLE_ROW: Final = "*"
_KEYS: Final = frozenset({WHOLE_ROW, "id", "pk", "uuid", "guid", "ctid", "oid", "tableoid", "xmin"})


@dataclass(frozen=True, slots=True)
class Target:
    """A relation, and the names that its rows go by in a statement: its own or an alias, and those of a self-join."""

    parts: Parts
    names: frozenset[str]

    def column(self, node: Any) -> str:
        """Return the column of this relation that a node is, ``*`` for the whole row, or an empty string."""
        reference = node.get("ColumnRef")
        if reference is None:
            cast = node.get("TypeCast")
            return self.column(cast["arg"]) if cast and "arg" in cast else ""
        fields = reference["fields"]
        names = text_of(fields)
        if "A_Star" in fields[-1]:
            return WHOLE_ROW if not names or names[-1] in self.names else ""
        if len(names) == 1:
            return WHOLE_ROW if names[0] in self.names else names[0]
        return names[-1] if names[-2] in self.names else ""

    def is_key(self, column: str) -> bool:
        """Return whether a column most likely has a value in every row, and where it is a number, one above zero."""
        table = self.parts[-1].lower()
        return column.lower() in _KEYS or (
            column.endswith("_id") and table in {column[:-3], f"{column[:-3]}s", f"{column[:-3]}es"}
        )

    def same(self, left: Node, right: Node) -> bool:
        """Return whether two expressions are the same, wherever they stand."""
        column = self.column(left)
        if column:
            return column == self.column(right)
        return next(iter(left), "") == next(iter(right), "") and self.bare(left) == self.bare(right)

    def bare(self, node: Any) -> Any:
        """Return an expression without the places where its parts stand, and with the bare names of its columns."""
        if isinstance(node, list):
            return [self.bare(one) for one in node]
        if not isinstance(node, dict):
            return node
        return self.column(node) or {key: self.bare(value) for key, value in node.items() if key != "location"}

    def is_looked_at(self, node: Node) -> bool:
        """Return whether an expression depends on the row: it names a column of it, also from within a sub-select.

        A column without its table's name belongs, within a sub-select, to the sub-select's own tables, unless it is
        compared with another one: ``EXISTS (SELECT 1 FROM orders WHERE person = id)``.
        """
        nodes: list[tuple[Any, bool]] = [(node, False)]
        for one, inside in nodes:
            if isinstance(one, list):
                nodes += [(each, inside) for each in one]
                continue
            for key, value in one.items():
                if key == "ColumnRef":
                    if (len(value["fields"]) > 1 or not inside) and self.column(one):
                        return True
                elif key == "CurrentOfExpr" or (key == "A_Expr" and inside and _compares_columns(value)):
                    return True
                elif isinstance(value, dict | list):
                    nodes.append((value, inside or key in {"subselect", "subquery"}))
        return False


def _compares_columns(value: Node) -> bool:
    fields = [value.get(side, {}).get("ColumnRef", {}).get("fields", []) for side in ("lexpr", "rexpr")]
    return all(fields) and any(len(one) == 1 for one in fields)


def literal(node: Node) -> tuple[str, ...]:
    """Return a constant as its kind and text; nothing for one that is NULL, or cast, or a number that is no integer."""
    value = node.get("A_Const", {})
    kind = next((kind for kind in ("ival", "sval", "boolval") if kind in value), "")
    text = constant_of(node) or ""
    return (kind, text) if kind and text != UNKNOWN else ()
