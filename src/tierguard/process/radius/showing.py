"""A plan as text: a tree in words, as wide as a terminal, with long lists shortened."""

from __future__ import annotations

import re
import textwrap
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tierguard.process.radius.plan import Reached, Tree

WIDTH: Final = 76  # a terminal of 80, in a frame
_MOST: Final = 40  # things that are shown of one act
_SIBLINGS: Final = 10  # … and of what hangs on one thing
_DEEPEST: Final = 6
_NAMES: Final = 8
_UNIT: Final = 1024
_AMOUNT: Final = re.compile(r"(\d) (bytes|kB|MB|GB|TB|rows?)\b")  # is not divided between two lines
_JOINED: Final = "\u00a0"
_PARTLY: Final = frozenset({"rows deleted", "rows changed"})  # not every row need be


def show(tree: Tree, width: int) -> Iterator[str]:
    """Give the lines of one act."""
    yield from _wrap(f"{tree.verb}{' CASCADE' if tree.cascade else ''}", "", width)
    for sentence in _first(tree.refused):
        yield from _wrap(f"The server will refuse this: {sentence}", "  ", width)
    yield from _branches(tree, width)
    for name in _first(tree.missing):
        yield from _wrap(name, "  ", width)
    if len(tree.reached) > 1:
        partly = "at most " if any(one.fate in _PARTLY for one in tree.reached) else ""
        yield from _wrap(f"Together: {partly}{_sum(tree.reached)}", "  ", width)
    if tree.beside:
        rest = len(tree.beside) - _NAMES
        names = ", ".join(tree.beside[:_NAMES]) + (f" and {rest:,} more" if rest > 0 else "")
        yield from _wrap(f"Locked meanwhile, and keeping their rows: {names}", "  ", width)
    for sentence in _first(tree.unclear):
        yield from _wrap(sentence, "  ", width)


def _first(sentences: Sequence[str]) -> Iterator[str]:
    yield from sentences[:_NAMES]
    if len(sentences) > _NAMES:
        yield f"and {len(sentences) - _NAMES:,} more like this"


def _branches(tree: Tree, width: int) -> Iterator[str]:
    children: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(tree.reached):
        children[one.parent].append(place)
    for found in children.values():
        found.sort(key=lambda place: (-(tree.reached[place].bytes or 0), place))
    shown = _choose(tree, children)
    stack: list[tuple[int | str, int]] = []

    def push(parent: int, depth: int) -> None:
        if hidden := [each for each in children[parent] if each not in shown]:
            stack.append((f"and {_more(tree, hidden, children)}", depth))
        stack.extend((each, depth) for each in reversed(children[parent]) if each in shown)

    push(-1, 1)
    while stack:
        item, depth = stack.pop()
        yield from _wrap(item if isinstance(item, str) else _describe(tree.reached[item]), "  " * depth, width)
        if not isinstance(item, str):
            push(item, depth + 1)


def _choose(tree: Tree, children: dict[int, list[int]]) -> set[int]:
    """Return which places are shown: the nearest and largest ones."""
    shown: set[int] = set()
    level, depth = children[-1], 0
    while level and depth < _DEEPEST and len(shown) < _MOST:
        below: list[int] = []
        for siblings in _families(tree, level):
            some = siblings if len(siblings) == _SIBLINGS + 1 else siblings[:_SIBLINGS]
            some = some[: _MOST - len(shown)]
            shown.update(some)
            for place in some:
                below += children[place]
        level, depth = below, depth + 1
    return shown


def _families(tree: Tree, level: list[int]) -> Iterable[list[int]]:
    families: dict[int, list[int]] = defaultdict(list)
    for place in level:
        families[tree.reached[place].parent].append(place)
    return families.values()


def _more(tree: Tree, places: list[int], children: dict[int, list[int]]) -> str:
    found, queue = [], list(places)
    while queue:
        place = queue.pop()
        found.append(tree.reached[place])
        queue += children[place]
    return f"{len(found):,} more: {_sum(found)}"


def _sum(reached: Iterable[Reached]) -> str:
    reached = list(reached)
    kinds = Counter(one.kind for one in reached)
    words = [count_of(number, kind) for kind, number in kinds.items()]
    held = [one for one in reached if one.stored]
    if held:
        rows = sum(one.rows or 0 for one in held)
        about = "" if all(one.exact for one in held) else "about "
        unknown = sum(one.rows is None for one in held)
        unread = f" and those of {count_of(unknown, 'table')}" if unknown else ""
        words.append(f"{about}{count_of(rows, 'row')}{unread}")
        words.append(size(sum(one.bytes or 0 for one in held)))
    return ", ".join(words)


def _describe(one: Reached) -> str:
    facts: list[str] = [one.fate] if one.parent < 0 or one.fate != "dropped" else []
    facts += [one.why] if one.why else []
    if one.rows is not None:
        facts.append(f"{'' if one.exact else 'about '}{count_of(one.rows, 'row')}")
    elif one.stored:
        facts.append("rows unknown")
    if one.bytes is not None:
        facts.append(size(one.bytes))
    facts += [count_of(one.indexes, "index")] if one.indexes else []
    facts += [f"{count_of(one.triggers, 'trigger')} may change more"] if one.triggers else []
    facts += [one.note] if one.note else []
    return f"{one.kind} {one.name}{': ' if facts else ''}{', '.join(facts)}"


def count_of(number: int, noun: str) -> str:
    """Return ``1 table``, ``2,000 tables``."""
    if number == 1:
        return f"1 {noun}"
    ending = "es" if noun.endswith(("x", "s")) else "s"
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy")):
        noun, ending = noun[:-1], "ies"
    return f"{number:,} {noun}{ending}"


def size(number: int) -> str:
    """Return bytes as a person reads them: ``8 kB``, ``1.2 GB``."""
    if number < _UNIT:
        return f"{number} bytes"
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < _UNIT:
            return f"{amount:.0f} {unit}" if amount >= 10 or amount == int(amount) else f"{amount:.1f} {unit}"  # noqa: PLR2004 - two digits
        amount /= _UNIT
    return f"{amount:,.1f} TB"


def _wrap(text: str, indent: str, width: int) -> Iterator[str]:
    lines = textwrap.wrap(
        _AMOUNT.sub(rf"\1{_JOINED}\2", clean(text)),
        width,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_on_hyphens=False,
    )
    yield from (line.replace(_JOINED, " ") for line in lines)
