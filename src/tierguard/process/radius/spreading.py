"""Where an act on rows, or a lock, goes on to: partitions, children, and along foreign keys. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tierguard.process.radius.asking import Mode
from tierguard.process.radius.naming import describe, spell
from tierguard.process.radius.plan import Fate, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tierguard.process.radius.reading import Catalogue, Link

_FATES: Final = {
    Mode.EMPTY: Fate.EMPTIED,
    Mode.DELETE: Fate.DELETED,
    Mode.CHANGE: Fate.CHANGED,
    Mode.LOCK: Fate.LOCKED,
    Mode.BUILD: Fate.INDEXED,
    Mode.TEND: Fate.TENDED,
}
_SETS: Final = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}  # pg_constraint.confdeltype, confupdtype


@dataclass(slots=True)
class Spread:
    """What is reached, by oid in the order of ``reached``, and why the server will refuse."""

    reached: list[Reached] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    oids: dict[int, Mode] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    oid: int
    mode: Mode
    why: str
    parent: int
    changed: frozenset[str] = frozenset()  # the numbers of the columns that change


def spread(
    catalogue: Catalogue, named: Sequence[tuple[int, Mode]], counted: Mapping[int, int], *, cascade: bool
) -> Spread:
    """Return where an act goes on to from the relations that it names."""
    found = Spread()
    queue = deque(_Step(oid, mode, "", -1) for oid, mode in named)
    waiting: list[Link] = []
    while queue:
        step = queue.popleft()
        relation = catalogue.relations.get(step.oid)
        if relation is None or step.oid in found.oids:
            continue
        found.oids[step.oid] = step.mode
        place = len(found.reached)
        found.reached.append(describe(relation, _FATES[step.mode], counted, why=step.why, parent=step.parent))
        for link in catalogue.links.get(step.oid, ()):
            if link.key and step.mode is Mode.EMPTY and not cascade:
                waiting.append(link)
            else:
                queue.extend(_follow(catalogue, step, link, place))
    found.refused.extend(
        f"{_key(catalogue, link)} refers to it, so it needs CASCADE" for link in waiting if link.below not in found.oids
    )
    return found


def _follow(catalogue: Catalogue, step: _Step, link: Link, place: int) -> Iterator[_Step]:
    below = catalogue.relations.get(link.below)
    if not link.key:
        by_key = step.mode is Mode.EMPTY and step.why.startswith("foreign key")
        if below and step.mode is not Mode.BUILD and (below.partition or not by_key):
            why = "a part of it" if below.partition else "inherits from it"
            yield _Step(link.below, step.mode, why, place, step.changed)
    elif step.mode is Mode.EMPTY:
        yield _Step(link.below, Mode.EMPTY, _key(catalogue, link), place)
    elif step.mode is Mode.DELETE and link.on_delete in _SETS:
        mode = Mode.DELETE if link.on_delete == "c" else Mode.CHANGE
        why = f"{_key(catalogue, link)} ON DELETE {_SETS[link.on_delete]}"
        yield _Step(link.below, mode, why, place, _numbers(link.referring))
    elif step.mode is Mode.CHANGE and link.on_update in _SETS and step.changed & _numbers(link.referred):
        why = f"{_key(catalogue, link)} ON UPDATE {_SETS[link.on_update]}"
        yield _Step(link.below, Mode.CHANGE, why, place, _numbers(link.referring))


def _numbers(columns: str) -> frozenset[str]:
    return frozenset(columns.strip("{}").split(","))


def _key(catalogue: Catalogue, link: Link) -> str:
    below = catalogue.relations.get(link.below)
    table = spell(below.schema, below.name) if below else "?"
    return f"foreign key {table} ({link.columns})"
