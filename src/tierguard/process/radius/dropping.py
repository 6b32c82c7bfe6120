"""What goes with what is dropped, as a person sees it: without the inner parts of what goes anyway. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tierguard.process.radius.falling import INHERITED, UPWARDS, fall
from tierguard.process.radius.naming import describe, kind_of, kind_within, shorten, spell
from tierguard.process.radius.plan import Fate, Reached
from tierguard.process.radius.reading import CONSTRAINTS, DEFAULTS, RELATIONS, SCHEMAS, Thing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tierguard.process.radius.falling import Fall
    from tierguard.process.radius.reading import Catalogue

_INNER: Final = frozenset("iPS")
_AUTOMATIC: Final = frozenset("a")  # a column's default, a domain's constraint
_SEQUENCE: Final = "S"
_WHYS: Final = {INHERITED: "had from its parent", "e": "part of the extension", UPWARDS: "uses it"}
_WHYS_OF_RELATIONS: Final = {"S": "belongs to its column", "r": "inherits from it", "f": "inherits from it"}
_PART: Final = "a part of it"
_ELSE: Final = "depends on it"
_NOT_NULL: Final = "n"  # a constraint of its own since PostgreSQL 18
_NEVER: Final = frozenset("tc")  # a TOAST table is a part of its table, a row type of its type


@dataclass(slots=True)
class Dropped:
    """What a DROP reaches: also the relations that stay and are locked, by oid."""

    reached: list[Reached] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    gone: set[Thing] = field(default_factory=set)
    staying: set[int] = field(default_factory=set)


def drop(
    catalogue: Catalogue,
    named: Mapping[Thing, bool],
    before: Collection[Thing],
    counted: Mapping[int, int],
    *,
    cascade: bool,
) -> Dropped:
    """Return what goes with what is named.

    Args:
        catalogue: what is there.
        named: what is named, and whether by its own name, not as a role's.
        before: what earlier statements of the same text have dropped.
        counted: the rows of tables that were counted.
        cascade: the statement says CASCADE.
    """
    fallen = fall(catalogue, named, before, cascade=cascade)
    found = Dropped(gone=set(fallen.gone))
    places: dict[Thing, int] = {}
    for thing, cause in fallen.gone.items():
        above = places.get(cause[0], -1) if cause else -1
        if not named.get(thing) and _is_hidden(catalogue, fallen, thing):
            places[thing] = above
            continue
        places[thing] = len(found.reached)
        found.reached.append(_describe(catalogue, thing, counted, _why(catalogue, thing, cause), above))
    for thing in fallen.gone:
        described = catalogue.described.get(thing)
        if described and described.owner and Thing(RELATIONS, described.owner) not in found.gone:
            found.staying.add(described.owner)
    found.refused.extend(
        f"{_name(catalogue, thing)} depends on {_name(catalogue, on)}, so it needs CASCADE"
        for thing, on in dict(reversed(fallen.holding)).items()
    )
    found.refused.extend(
        f"{_name(catalogue, whole)} requires {_name(catalogue, part)}" for part, whole in dict.fromkeys(fallen.required)
    )
    return found


def _is_hidden(catalogue: Catalogue, fallen: Fall, thing: Thing) -> bool:
    """Return whether a thing is an inner part of something else that goes."""
    gone = fallen.gone
    if thing.column:
        return thing.whole in gone
    relation = catalogue.relations.get(thing.oid) if thing.catalogue == RELATIONS else None
    if relation and relation.relkind in _NEVER:
        return True
    described = catalogue.described.get(thing)
    owner = described.owner if described else 0
    if (owner and Thing(RELATIONS, owner) in gone) or (described and described.contype == _NOT_NULL):
        return True
    if relation and relation.relkind == _SEQUENCE:
        return False
    inner = (
        _INNER | _AUTOMATIC if thing.catalogue == DEFAULTS or (thing.catalogue == CONSTRAINTS and not owner) else _INNER
    )
    return any(
        part == thing and tie.how in inner and {tie.thing, tie.thing.whole} & gone.keys()
        for part, tie in catalogue.above.get(thing, ())
    )


def _describe(catalogue: Catalogue, thing: Thing, counted: Mapping[int, int], why: str, parent: int) -> Reached:
    relation = catalogue.relations.get(thing.oid) if thing.catalogue == RELATIONS else None
    if relation and not thing.column:
        return describe(relation, Fate.DROPPED, counted, why=why, parent=parent, triggers=False)
    described = catalogue.described.get(thing)
    kind = kind_within((described and described.kind) or "object")
    name = shorten((described and described.identity) or "?")
    if described and described.contype == "f":
        kind = "foreign key"
    if relation:
        rows = counted.get(relation.oid, relation.rows)
        return Reached(thing.oid, kind, name, Fate.DROPPED, why, parent, rows, relation.oid in counted)
    return Reached(thing.oid, kind, name, Fate.DROPPED, why, parent)


def _why(catalogue: Catalogue, thing: Thing, cause: tuple[Thing, str] | None) -> str:
    if cause is None:
        return ""
    on, how = cause
    described = catalogue.described.get(thing)
    if described and described.contype == "f":
        return f"refers by {described.columns}"
    if how in _WHYS:
        return _WHYS[how]
    relation = catalogue.relations.get(thing.oid) if thing.catalogue == RELATIONS and not thing.column else None
    if relation and on.catalogue == RELATIONS:
        return _PART if relation.partition else _WHYS_OF_RELATIONS.get(relation.relkind, _ELSE)
    return "in it" if on.catalogue == SCHEMAS else _ELSE


def _name(catalogue: Catalogue, thing: Thing) -> str:
    relation = catalogue.relations.get(thing.oid) if thing.catalogue == RELATIONS else None
    if relation and not thing.column:
        return f"{kind_of(relation)} {spell(relation.schema, relation.name)}"
    described = catalogue.described.get(thing)
    if described and described.identity:
        return f"{kind_within(described.kind or '')} {shorten(described.identity)}"
    if described and described.owner in catalogue.relations:
        owner = catalogue.relations[described.owner]
        return f"{kind_of(owner)} {spell(owner.schema, owner.name)}"
    return "something of the system's"
