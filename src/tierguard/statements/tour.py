"""A walk through one statement's tree that comes by every node, and what was found on the way. Pure.

Rules (:mod:`tierguard.statements.kinds`) say of each kind of node what it means; a kind that no rule names may do
anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tierguard.statements.effects import GRAVITY, Act, Control, Hold, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tierguard.statements.effects import Thing

    Node = dict[str, Any]
    Rule = Callable[[Node, "Tour"], None]
    # What a kind of node means: a rule's word, or True to look at what stands in it, or False to pass it by.
    Rules = Mapping[str, Rule | bool]

READ, WRITE, OPAQUE, DDL, BULK_WRITE, DESTROY, ADMIN, DROP_DATABASE = range(len(GRAVITY))
_HOLDS: Final = tuple(Hold)  # the later, the harder to keep from taking effect
_CONSTANTS: Final = {
    "Float": "fval",
    "Integer": "ival",
    "String": "sval",
    "fval": "fval",
    "ival": "ival",
    "sval": "sval",
}
_NO_NAMES: Final[frozenset[str]] = frozenset()
_CATALOGUES: Final = frozenset({"pg_catalog", "pg_toast", "information_schema"})


class Tour:
    """What one statement would do, as far as it has been read."""

    __slots__ = (
        "cascade",
        "chained",
        "control",
        "creates",
        "every_row",
        "gravity",
        "hold",
        "loosens",
        "names",
        "objects",
        "pending",
        "queue",
        "read_only",
        "reads",
        "rules",
        "savepoint",
        "temporary",
        "unknown",
        "verb",
        "why",
        "writes",
    )

    def __init__(self, rules: Rules, verb: str) -> None:
        self.rules = rules
        self.verb = verb
        self.gravity = READ
        self.why = ""
        self.writes: list[Parts] = []
        self.reads: list[Parts] = []
        self.creates: list[Parts] = []
        self.objects: list[Thing] = []
        self.cascade = False
        self.every_row = self.chained = self.loosens = self.temporary = False
        self.unknown = False  # something in it may do anything
        self.hold = Hold.TRANSACTION
        self.control: Control | None = None
        self.savepoint = ""
        self.read_only: bool | None = None
        self.names = _NO_NAMES  # of the CTEs that can be seen from where the walk is
        self.queue: list[Node] = []
        self.pending: list[tuple[Node, frozenset[str]]] = []

    def walk(self, statement: Node) -> None:
        """Come by every node of ``statement``, level by level: nothing here nests as the tree does."""
        self._begin(statement)
        verb = self.verb
        rules = self.rules.get
        pending = self.pending
        for root, self.names in pending:
            queue = self.queue = [root]
            for node in queue:
                for key, value in node.items():
                    if value.__class__ is dict:
                        rule = rules(key)
                        if rule is None:
                            if key[0] < "a":
                                self.may_do_anything(f"{key} is not known here")
                            queue.append(value)
                        elif rule is True:
                            queue.append(value)
                        elif rule:
                            rule(value, self)
                    elif value.__class__ is list:
                        queue += value
        self.verb = verb  # whatever stands within

    def _begin(self, statement: Node) -> None:
        """Look at the statement itself; what its rule wants to be looked at comes next."""
        for kind, value in statement.items():
            rule = self.rules.get(kind)
            if rule is None:
                self.may_do_anything(f"{kind} is not known here")
            elif callable(rule):
                rule(value, self)
        self.pending.insert(0, ({"": self.queue}, self.names))

    def grave(self, gravity: int, why: str = "", hold: Hold = Hold.TRANSACTION) -> None:
        """Note something of this gravity, why it is that, and how it can be held."""
        if gravity > self.gravity:
            self.gravity, self.why = gravity, why
        if hold is not Hold.TRANSACTION and _HOLDS.index(hold) > _HOLDS.index(self.hold):
            self.hold = hold

    def may_do_anything(self, why: str) -> None:
        """Note something that text cannot decide."""
        self.unknown = True
        self.grave(OPAQUE, why)

    def loosen(self, gravity: int, why: str) -> None:
        """Note something that would undo what protects the session."""
        self.loosens = True
        self.grave(gravity, why)

    def read(self, relation: Node) -> None:
        """Note a relation that is named, unless the name is a CTE's."""
        name = relation["relname"]
        if "schemaname" in relation:
            self.reads.append((relation["schemaname"], name))
        elif name not in self.names:
            self.reads.append((name,))

    def write(self, relation: Node) -> None:
        """Note a relation that is changed: never a CTE, which cannot be."""
        parts = name_of(relation)
        self.writes.append(parts)
        if parts[0] in _CATALOGUES or (len(parts) == 1 and parts[0].startswith("pg_")):
            self.loosen(ADMIN, f"{'.'.join(parts)} is the server's own")

    def create(self, relation: Node) -> None:
        """Note a relation that is made."""
        parts = name_of(relation)
        self.creates.append(parts)
        self.temporary = relation.get("relpersistence") == "t" or parts[0] == "pg_temp"

    def enter(self, kind: str, node: Node, without: tuple[str, ...] = ()) -> None:
        """Go on into a statement, with the names of its CTEs where it has some, but not into the fields ``without``."""
        clause = node.get("withClause")
        if clause is None:
            self.queue.append({key: value for key, value in node.items() if key not in without} if without else node)
            return
        names = self.names
        expressions = [one["CommonTableExpr"] for one in clause["ctes"]]
        if clause.get("recursive"):
            names = names.union(one["ctename"] for one in expressions)
        for one in expressions:
            self.pending.append((one, names))
            names = names.union((one["ctename"],))
        rest = {key: value for key, value in node.items() if key != "withClause" and key not in without}
        self.pending.append(({kind: rest} if not without else rest, names))

    def end(self) -> Act:
        """Return what was found."""
        writes = tuple(dict.fromkeys(self.writes))
        reads = tuple(dict.fromkeys(self.reads))
        return Act(
            GRAVITY[self.gravity],
            self.verb,
            writes,
            tuple(one for one in reads if one not in writes) if writes else reads,
            self.every_row,
            self.hold,
            self.control,
            self.chained,
            self.savepoint,
            self.read_only,
            self.loosens,
            tuple(self.creates),
            self.temporary,
            self.why,
            tuple(self.objects),
            self.cascade,
        )


def name_of(relation: Node) -> Parts:
    """Return a relation's name in parts."""
    schema = relation.get("schemaname")
    return (schema, relation["relname"]) if schema else (relation["relname"],)


def text_of(names: Iterable[Node]) -> Parts:
    """Return the text of a list of String nodes."""
    return tuple(one["String"].get("sval", "") for one in names if "String" in one)


def kind_of(named: str) -> str:
    """Return the words for a kind of object: MATERIALIZED VIEW for ``OBJECT_MATVIEW``."""
    return named.removeprefix("OBJECT_").replace("MATVIEW", "MATERIALIZED_VIEW").replace("_", " ")


def options_of(node: Node, field: str = "options") -> dict[str, Any]:
    """Return the options in a list of DefElem nodes, by their names; the value of a bare one is None."""
    return {one["DefElem"]["defname"]: one["DefElem"].get("arg") for one in node.get(field, ()) if "DefElem" in one}


def constant_of(node: Any) -> str | None:
    """Return the constant or word that a node is, as text; None for anything else."""
    if not isinstance(node, dict):
        return None
    for kind, value in node.items():
        if kind == "A_Const":
            return constant_of({key: value[key] for key in value if key != "location"})
        if kind == "TypeCast":
            return constant_of(value.get("arg"))
        if kind in {"boolval", "Boolean"}:
            return "true" if value.get("boolval") else "false"
        if field := _CONSTANTS.get(kind):
            return str(value.get(field, "" if field == "sval" else "0"))
    return None


def is_on(node: Any) -> bool:
    """Return whether an option is on, as a bare one is and one whose value cannot be read."""
    value = constant_of(node)
    return value is None or value.lower() not in {"off", "false", "0"}
