"""What the catalogue is asked about: the things that the acts of a text name, and what each act does to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tierguard.model import Operation
from tierguard.statements.effects import Hold, Thing
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tierguard.statements.effects import Act

_MEMBERS: Final = frozenset({"column", "constraint", "trigger", "rule", "policy"})
_RELATIONS: Final = frozenset({"table", "view", "materialized view", "foreign table", "index", "sequence", "relation"})
_TYPES: Final = frozenset({"type", "domain"})
_ROUTINES: Final = frozenset({"function", "procedure", "aggregate", "routine"})
_OTHERS: Final = frozenset(
    {
        "schema",
        "extension",
        "language",
        "publication",
        "server",
        "foreign-data wrapper",
        "event trigger",
        "access method",
        "statistics",
        "collation",
        "database",
        "role",
    }
)
_WIDE: Final = frozenset({"VACUUM", "CLUSTER", "REINDEX"})  # without a name, they go over every table
_EXCLUDING: Final = frozenset({Hold.EXCLUSIVE, Hold.ALONE})
_QUALIFIED: Final = 2  # schema and name; what stands before can only be the database itself


class Mode(StrEnum):
    """What becomes of a thing that is named."""

    DROP = "drop"
    EMPTY = "empty"  # TRUNCATE
    DELETE = "delete"
    CHANGE = "change"  # some of its values, or a row more
    LOCK = "lock"  # rewritten, or locked against everybody: ALTER TABLE, VACUUM FULL, CLUSTER, REINDEX, REFRESH
    BUILD = "build"  # an index beside the table, which goes on being read
    TEND = "tend"  # VACUUM, ANALYZE: beside reads and writes


_MODES: Final = (
    ("TRUNCATE", Mode.EMPTY),
    ("DELETE", Mode.DELETE),
    ("MERGE", Mode.DELETE),
    (("CREATE INDEX", "CREATE UNIQUE INDEX", "REINDEX CONCURRENTLY"), Mode.BUILD),
    ("VACUUM FULL", Mode.LOCK),
    (("VACUUM", "ANALYZE"), Mode.TEND),
)


@dataclass(frozen=True, slots=True)
class Root:
    """A thing that the act of this number names, and what becomes of it."""

    act: int
    thing: Thing
    mode: Mode

    @property
    def family(self) -> str:
        """Return in which way it is looked up; empty where it cannot be."""
        kind = self.thing.kind
        if kind in _MEMBERS | _OTHERS:
            return kind
        for family, kinds in (("relation", _RELATIONS), ("type", _TYPES), ("routine", _ROUTINES)):
            if kind in kinds:
                return family
        return ""


def list_roots(acts: Sequence[Act]) -> tuple[Root, ...]:
    """Return what is named by each act that is more than a read."""
    return tuple(
        Root(number, thing, _mode(act, thing))
        for number, act in enumerate(acts)
        if act.operation is not Operation.READ
        for thing in dict.fromkeys(_things(act))
    )


def is_whole(act: Act) -> bool:
    """Return whether an act is about the whole database, since it names no part of it."""
    words = act.verb.upper().split()[:1]
    return words != [] and words[0] in _WIDE and not act.writes and all(one.kind == "database" for one in act.objects)


def _things(act: Act) -> Iterator[Thing]:
    if is_whole(act):
        return
    if act.objects:
        yield from act.objects
        return
    yield from (Thing("relation", parts) for parts in act.writes)


def _mode(act: Act, thing: Thing) -> Mode:
    verb = act.verb.upper()
    if verb.startswith("DROP") or (verb.startswith("ALTER") and thing.kind in _MEMBERS):
        return Mode.DROP
    for words, mode in _MODES:
        if verb.startswith(words):
            return mode
    return Mode.LOCK if act.hold in _EXCLUDING else Mode.CHANGE


def write_roots(roots: Sequence[Root]) -> str:
    """Return the JSON that the query takes."""
    return json.dumps([_write(number, root) for number, root in enumerate(roots)], ensure_ascii=False)


def _write(number: int, root: Root) -> dict[str, Any]:
    parts = root.thing.parts[-_QUALIFIED:]
    given = root.thing.arguments
    return {
        "i": number,
        "mode": root.mode,
        "family": root.family if parts else "",
        "space": parts[0] if len(parts) == _QUALIFIED else None,
        "name": parts[-1] if parts else None,
        "quoted": ".".join(map(quote_identifier, parts)),
        "member": root.thing.member,
        "arguments": None if given is None else list(split_types(given)),
    }


def split_types(arguments: str) -> tuple[str, ...]:
    """Return the types that stand between the commas of ``integer, numeric(10, 2), "a,b"``."""
    found, depth, quoted = [""], 0, False
    for one in arguments:
        quoted ^= one == '"'
        depth += 0 if quoted else (one == "(") - (one == ")")
        if one == "," and not quoted and not depth:
            found.append("")
        else:
            found[-1] += one
    return tuple(name.strip() for name in found if name.strip())
