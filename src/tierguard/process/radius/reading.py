"""The catalogue's answer as values: what was found, what depends on what, and which relations are there."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# The numbers of the system catalogues, the same on every server (catalog/pg_*.h).
RELATIONS: Final = 1259  # pg_class
CONSTRAINTS: Final = 2606  # pg_constraint
DEFAULTS: Final = 2604  # pg_attrdef
SCHEMAS: Final = 2615  # pg_namespace
DATABASES: Final = 1262  # pg_database


class Thing(NamedTuple):
    """An object of the database, or a column of a relation, as pg_depend names it."""

    catalogue: int
    oid: int
    column: int = 0

    @property
    def whole(self) -> Thing:
        """Return the object of which it is a column, or itself."""
        return Thing(self.catalogue, self.oid) if self.column else self


class Tie(NamedTuple):
    """That ``thing`` depends on another, of which ``column`` (0: all of it), and how: pg_depend's deptype."""

    thing: Thing
    column: int
    how: str


class Described(NamedTuple):
    """What a thing is: the relation that it is part of, and its kind and identity where no relation tells them."""

    owner: int
    kind: str | None
    identity: str | None
    contype: str | None
    columns: str | None


class Link(NamedTuple):
    """That what happens to one relation reaches another: a foreign key, or a partition or child where ``key`` is empty.

    ``referring`` and ``referred`` are the numbers of the key's columns on each side.
    """

    above: int
    below: int
    key: str
    columns: str
    on_delete: str
    on_update: str
    referring: str
    referred: str


class Relation(NamedTuple):
    """A table, view, index or sequence."""

    oid: int
    schema: str
    name: str
    relkind: str
    partition: bool
    rows: int | None  # the planner's or the collector's estimate
    bytes: int | None
    indexes: int
    triggers: int  # those of users that such an act fires
    busy: bool  # another session locks everybody out of it
    readable: bool


class Database(NamedTuple):
    """Another database of the server."""

    oid: int
    name: str
    bytes: int | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the query found.

    Attributes:
        found: what each root is, by its number.
        below: what depends on a thing or a column of it, by the whole thing.
        above: what a thing depends on, by the whole thing.
        described: every thing that may go.
        links: what an act on a relation reaches, by the relation.
        beside: what is locked together with a relation.
        relations: those of which something is said.
        databases: those that are named.
        whole: bytes of this database, where that was asked.
        watchers: how many event triggers there are.
    """

    found: Mapping[int, tuple[Thing, ...]]
    below: Mapping[Thing, list[Tie]]
    above: Mapping[Thing, list[tuple[Thing, Tie]]]
    described: Mapping[Thing, Described]
    links: Mapping[int, list[Link]]
    beside: Mapping[int, list[int]]
    relations: Mapping[int, Relation]
    databases: Mapping[int, Database]
    whole: int | None
    watchers: int


NOTHING: Final = Catalogue({}, {}, {}, {}, {}, {}, {}, {}, None, 0)


def read_catalogue(answer: str) -> Catalogue:
    """Return the query's answer as values, in an order that does not depend on the server's."""
    said = {name: [] if value is None and name != "whole" else value for name, value in json.loads(answer).items()}
    found: dict[int, tuple[Thing, ...]] = defaultdict(tuple)
    for number, *thing in sorted(said["found"]):
        found[number] += (Thing(*thing),)
    below: dict[Thing, list[Tie]] = defaultdict(list)
    above: dict[Thing, list[tuple[Thing, Tie]]] = defaultdict(list)
    for *parts, how in [*said["edges"], *said["inherited"]]:
        thing, on = Thing(*parts[:3]), Thing(*parts[3:])
        below[on.whole].append(Tie(thing, on.column, how))
        above[thing.whole].append((thing, Tie(on, on.column, how)))
    for ties in below.values():
        ties.sort()
    return Catalogue(
        found,
        below,
        above,
        {Thing(*each[:3]): Described(each[3] or 0, *each[4:]) for each in said["gone"]},
        _group(Link(*each) for each in sorted(said["links"])),
        _pair(said["beside"]),
        {each[0]: Relation(*each) for each in said["relations"]},
        {each[0]: Database(*each) for each in said["databases"]},
        said["whole"],
        said["watchers"],
    )


def _group(links: Any) -> dict[int, list[Link]]:
    found: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        found[link.above].append(link)
    return found


def _pair(pairs: list[list[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return found
