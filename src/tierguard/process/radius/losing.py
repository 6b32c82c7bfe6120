"""What of a plan is a loss: tables with their rows, columns, a sequence's count. Pure.

What holds nothing that was stored (an index, a view, a function, a constraint) can be made again from its definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.process.radius.plan import Fate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tierguard.process.radius.plan import Reached, Tree

_HOLDING: Final = frozenset({"table", "partition", "materialized view", "column"})
_GOING: Final = frozenset({Fate.DROPPED, Fate.EMPTIED})
_PUBLIC: Final = "public."


def find_lost(trees: Iterable[Tree], declared: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of what would be lost, but for what is declared.

    Args:
        trees: of a plan.
        declared: names of tables, columns and schemas; a table stands for its partitions, a schema for all in it.
    """
    known = {name.strip().removeprefix(_PUBLIC) for name in declared}
    return tuple(dict.fromkeys(name for tree in trees for name in _of(tree, known)))


def _of(tree: Tree, declared: Collection[str]) -> Iterator[str]:
    for one in tree.reached:
        if one.fate in _GOING and _holds(one) and one.name not in declared:
            above = tree.reached[one.parent] if one.parent >= 0 else None
            while above is not None and not _stands_for(above, one, declared):
                above = tree.reached[above.parent] if above.parent >= 0 else None
            if above is None:
                yield one.name


def _holds(one: Reached) -> bool:
    return one.kind in _HOLDING or (one.kind == "sequence" and one.parent < 0)


def _stands_for(above: Reached, one: Reached, declared: Collection[str]) -> bool:
    return above.name in declared and (above.kind == "schema" or one.kind == "partition")
