"""What goes with what is dropped: the walk of the server's own DROP, over the catalogue's answer. Pure.

Dependencies are those of the manual's section 53.18: ``n`` normal (only CASCADE follows it), ``a`` automatic, ``i``
internal, ``P`` and ``S`` partition, ``e`` extension, ``x`` automatic extension; ``h`` is ours: had from a parent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tierguard.process.radius.reading import Catalogue, Thing

UPWARDS: Final = "up"  # also ours: from an inner part to its owner
INHERITED: Final = "h"
_CASCADING: Final = frozenset({"n", UPWARDS})
_PARTITION: Final = frozenset("PS")
_OWNED: Final = frozenset("ie")


@dataclass(frozen=True, slots=True)
class Fall:
    """What goes, and why.

    Attributes:
        gone: everything that goes, the named first, with what it hung on and how; None for what is named.
        holding: what hangs on it and would stop the statement, since it does not say CASCADE.
        required: what goes, and what it is part of that stays, which would stop the statement.
    """

    gone: dict[Thing, tuple[Thing, str] | None] = field(default_factory=dict)
    holding: list[tuple[Thing, Thing]] = field(default_factory=list)
    required: list[tuple[Thing, Thing]] = field(default_factory=list)

    def holds(self, thing: Thing) -> bool:
        """Return whether a thing goes, alone or with what it is a column of."""
        return thing in self.gone or thing.whole in self.gone


def fall(catalogue: Catalogue, named: Collection[Thing], before: Collection[Thing], *, cascade: bool) -> Fall:
    """Return what goes with what is named.

    Args:
        catalogue: what is there.
        named: what the statement names.
        before: what earlier statements of the same text have dropped.
        cascade: the statement says CASCADE.
    """
    found = Fall(dict.fromkeys(named))
    parents = set(named)
    held: list[tuple[Thing, Thing]] = []
    queue = deque(named)
    while queue:
        thing = queue.popleft()
        for next_, how in _next(catalogue, thing, named):
            if found.holds(next_) or next_ in before or next_.whole in before:
                continue
            if how == INHERITED:
                if thing not in parents:
                    continue
                parents.add(next_)
            if how in _CASCADING and not cascade:
                held.append((next_, thing))
            else:
                found.gone[next_] = (thing, how)
                queue.append(next_)
    found.holding.extend((one, by) for one, by in held if not found.holds(one))
    found.required.extend(_required(catalogue, found, named))
    return found


def _next(catalogue: Catalogue, thing: Thing, named: Collection[Thing]) -> Iterator[tuple[Thing, str]]:
    """Give what hangs on a thing, and what an inner part takes with it."""
    for tie in catalogue.below.get(thing.whole, ()):
        if not thing.column or tie.column == thing.column:
            yield tie.thing, tie.how
    if thing not in named:
        for owner in _owners(catalogue, thing):
            yield owner, UPWARDS


def _owners(catalogue: Catalogue, thing: Thing) -> Iterator[Thing]:
    for part, tie in catalogue.above.get(thing.whole, ()):
        if tie.how in _OWNED and (not thing.column or part.column == thing.column):
            yield tie.thing


def _required(catalogue: Catalogue, found: Fall, named: Collection[Thing]) -> Iterator[tuple[Thing, Thing]]:
    for thing in named:
        yield from ((thing, owner) for owner in _owners(catalogue, thing) if not found.holds(owner))
    for thing in found.gone:
        wholes = [tie.thing for part, tie in catalogue.above.get(thing, ()) if part == thing and tie.how in _PARTITION]
        if wholes and not any(map(found.holds, wholes)):
            yield thing, wholes[0]
