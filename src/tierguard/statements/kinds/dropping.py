"""What is gone afterwards: DROP of anything, TRUNCATE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Hold, Thing
from tierguard.statements.things import kind_in_words, things_dropped
from tierguard.statements.tour import DESTROY, DROP_DATABASE, Tour, text_of

if TYPE_CHECKING:
    from tierguard.statements.tour import Node, Rules

_RELATIONS: Final = frozenset(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE", "OBJECT_INDEX"}
)
_OF_TABLES: Final = frozenset({"OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"})
# A composite type is a relation too, which is locked as a table is.
_HOLDING_TABLES: Final = frozenset({"OBJECT_SCHEMA", "OBJECT_EXTENSION", "OBJECT_FOREIGN_SERVER", "OBJECT_TYPE"})
_DEPENDENTS: Final = "what depends on it goes too"


def _drop(node: Node, tour: Tour) -> None:
    kind = node.get("removeType", "")
    concurrently = node.get("concurrent")
    tour.verb = f"DROP {kind_in_words(kind).upper()}{' CONCURRENTLY' if concurrently else ''}"
    for one in node.get("objects", ()):
        parts = text_of(one.get("List", {}).get("items", ()))
        if kind in _OF_TABLES:
            parts = parts[:-1]  # its table, then its own name
        if parts and (kind in _RELATIONS or kind in _OF_TABLES):
            tour.writes.append(parts[-2:])
    tour.objects += things_dropped(node)
    tour.cascade = bool(_cascade(node))
    tables = kind in _RELATIONS or kind in _OF_TABLES or kind in _HOLDING_TABLES or bool(_cascade(node))
    tour.grave(DESTROY, _cascade(node), Hold.EXCLUSIVE if tables else Hold.TRANSACTION)
    tour.grave(DESTROY, hold=Hold.ALONE if concurrently else Hold.TRANSACTION)


def _truncate(node: Node, tour: Tour) -> None:
    for one in node.get("relations", ()):
        tour.write(one["RangeVar"])
    tour.cascade = bool(_cascade(node))
    tour.grave(DESTROY, "every table that refers to it is emptied too" if _cascade(node) else "", Hold.EXCLUSIVE)


def _drop_database(node: Node, tour: Tour) -> None:
    tour.objects.append(Thing("database", (node.get("dbname", ""),)))
    tour.grave(DROP_DATABASE, f"the database {node.get('dbname', '')} would be gone", Hold.ALONE)


def _cascade(node: Node) -> str:
    return _DEPENDENTS if node.get("behavior") == "DROP_CASCADE" else ""


RULES: Final[Rules] = {"DropStmt": _drop, "TruncateStmt": _truncate, "DropdbStmt": _drop_database}
VERBS: Final = {"DropStmt": "DROP", "TruncateStmt": "TRUNCATE", "DropdbStmt": "DROP DATABASE"}
