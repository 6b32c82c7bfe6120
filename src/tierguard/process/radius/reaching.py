"""From the catalogue's answer to the plan: each act's things, what hangs on them, what is locked with them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tierguard.model import Operation
from tierguard.process.radius.asking import Mode, is_whole
from tierguard.process.radius.dropping import drop
from tierguard.process.radius.naming import spell, spell_thing
from tierguard.process.radius.plan import Fate, Plan, Reached, Tree
from tierguard.process.radius.reading import DATABASES, RELATIONS, Thing
from tierguard.process.radius.showing import count_of, size
from tierguard.process.radius.spreading import spread
from tierguard.statements.effects import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tierguard.process.radius.asking import Root
    from tierguard.process.radius.reading import Catalogue
    from tierguard.statements.effects import Act

_LOCKING: Final = frozenset({Mode.EMPTY, Mode.LOCK})
_SEVERAL: Final = "role"  # whose things are many


def reach(acts: Sequence[Act], roots: Sequence[Root], catalogue: Catalogue, counted: Mapping[int, int]) -> Plan:
    """Return the plan.

    Args:
        acts: the statements.
        roots: what they name, in the order in which it was looked up.
        catalogue: what was found.
        counted: the rows of tables that were counted, by oid.
    """
    trees: list[Tree] = []
    locks: set[int] = set()
    before: set[Thing] = set()
    made: dict[tuple[str, ...], None] = {}
    for number, act in enumerate(acts):
        mine = [(root, catalogue.found.get(place, ())) for place, root in enumerate(roots) if root.act == number]
        if act.operation is not Operation.READ:
            tree, locked, gone = _grow(act, mine, catalogue, counted, before)
            unseen = [_missing(root, made) for root, things in mine if not things and root.family]
            trees.append(replace(tree, missing=tuple(unseen)))
            locks |= locked
            before |= gone
        made |= dict.fromkeys(act.creates)
    return Plan(tuple(trees), frozenset(locks))


def _grow(
    act: Act,
    mine: list[tuple[Root, tuple[Thing, ...]]],
    catalogue: Catalogue,
    counted: Mapping[int, int],
    before: set[Thing],
) -> tuple[Tree, set[int], set[Thing]]:
    """Return an act's tree, what it may lock against everybody, and what it drops."""
    named = [(root, thing) for root, things in mine for thing in things if thing not in before]
    databases = [catalogue.databases[thing.oid] for _, thing in named if thing.catalogue == DATABASES]
    drops = {
        thing: root.family != _SEVERAL
        for root, thing in named
        if root.mode is Mode.DROP and thing.catalogue != DATABASES
    }
    dropped = drop(catalogue, drops, before, counted, cascade=act.cascade)
    touched = [
        (thing.oid, root.mode)
        for root, thing in named
        if root.mode is not Mode.DROP and thing.catalogue == RELATIONS and not thing.column
    ]
    touching = spread(catalogue, touched, counted, cascade=act.cascade)
    gone = {thing.oid for thing in dropped.gone if thing.catalogue == RELATIONS}
    locked = {oid for oid, mode in touching.oids.items() if mode in _LOCKING}
    locks = gone | locked | dropped.staying
    locks |= {other for oid in [*gone, *locked] for other in catalogue.beside.get(oid, ())}
    beside = (dropped.staying | {other for oid in gone for other in catalogue.beside.get(oid, ())}) - gone - locked
    reached = [
        *(
            Reached(one.oid, "database", spell(one.name), Fate.DROPPED, bytes=one.bytes, stored=True)
            for one in databases
        ),
        *dropped.reached,
    ]
    shift = len(reached)
    reached += [replace(one, parent=one.parent + shift if one.parent >= 0 else -1) for one in touching.reached]
    tree = Tree(
        act.verb,
        act.cascade,
        tuple(_gather(reached)),
        refused=(*dropped.refused, *touching.refused),
        unclear=tuple(_unclear(act, mine, catalogue)),
        beside=tuple(sorted(_tables(catalogue, beside))),
    )
    return tree, locks, dropped.gone


def _gather(reached: list[Reached]) -> Iterator[Reached]:
    """Give a table without rows of its own the rows of its parts."""
    rows: dict[int, list[Reached]] = {}
    for one in reached:
        above = one.parent
        while one.stored and one.kind == "partition" and above >= 0:
            rows.setdefault(above, []).append(one)
            above = reached[above].parent
    for place, one in enumerate(reached):
        parts = rows.get(place)
        if one.stored or not parts or one.kind not in {"table", "partition"}:
            yield one
        else:
            known = [part.rows for part in parts if part.rows is not None]
            total = sum(known) if len(known) == len(parts) else None
            held = sum(part.bytes or 0 for part in parts)
            yield replace(one, rows=total, exact=all(part.exact for part in parts), bytes=held)


def _tables(catalogue: Catalogue, oids: set[int]) -> Iterator[str]:
    for oid in oids:
        relation = catalogue.relations.get(oid)
        if relation and relation.relkind in "rpfmv":
            yield spell(relation.schema, relation.name)


def _missing(root: Root, made: Mapping[tuple[str, ...], None]) -> str:
    if root.thing.parts in made:
        return f"{spell_thing(root.thing)}: made by this text itself"
    if root.family == _SEVERAL:
        return f"{spell_thing(root.thing)}: owns nothing here, or is not there"
    return f"{spell_thing(root.thing)}: is not there"


def _unclear(act: Act, mine: list[tuple[Root, tuple[Thing, ...]]], catalogue: Catalogue) -> Iterator[str]:
    for root, things in mine:
        if not root.family:
            yield f"{spell_thing(root.thing)}: what hangs on it cannot be looked up beforehand"
        elif root.family == "routine" and len(things) > 1 and root.thing.arguments is None:
            yield f"{spell_thing(root.thing)}: {len(things):,} have this name, and the server will ask for one"
    for database in (
        catalogue.databases[thing.oid] for _, things in mine for thing in things if thing.catalogue == DATABASES
    ):
        sessions = count_of(database.sessions, "session")
        yield f"{spell(database.name)}: {sessions} connected; its tables cannot be seen from here"
    if not mine and not is_whole(act):
        made = ", ".join(spell(*parts) for parts in act.creates)
        yield f"makes {made}" if made else act.why or "what it reaches cannot be looked up beforehand"
    elif act.hold is Hold.BEYOND and act.why:
        yield act.why
    if is_whole(act) and catalogue.whole is not None:
        yield f"every table of this database ({size(catalogue.whole)}) in turn is locked meanwhile"
    if catalogue.watchers and not act.verb.upper().startswith(("DELETE", "TRUNCATE")):
        yield f"{count_of(catalogue.watchers, 'event trigger')} may do more"
