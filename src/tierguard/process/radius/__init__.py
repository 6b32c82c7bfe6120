"""What an act would reach, told before it is done: tables and what depends on them, rows and size, as a tree.

:func:`survey` yields SQL and is sent what came of it, as :func:`tierguard.process.admission.admit` does; it does no
I/O, needs no privilege beyond that to connect, and locks nothing that anybody would notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.errors import TierguardError
from tierguard.process.radius.asking import is_whole, list_roots
from tierguard.process.radius.catalogue import write_query
from tierguard.process.radius.counting import choose, read_counting, write_counting
from tierguard.process.radius.plan import Fate, Plan, Reached, Tree
from tierguard.process.radius.reaching import reach
from tierguard.process.radius.reading import NOTHING, read_catalogue

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tierguard.process.admission import Answer
    from tierguard.statements.effects import Act

__all__ = ["Fate", "Plan", "Reached", "Tree", "survey"]


def survey(acts: Sequence[Act]) -> Generator[str, Answer, Plan]:
    """Find out what acts would reach: yield at most two queries of one value each, and return the plan.

    Names are looked up as the statements' own are, along the session's ``search_path``. A read reaches nothing. A
    failed query aborts the transaction that it is asked in, so outside of one is the better place.

    Args:
        acts: the statements of a text, in order.

    Raises:
        TierguardError: the catalogue could not be read, so nothing can be said.
    """
    roots = list_roots(acts)
    whole = any(map(is_whole, acts))
    if not roots and not whole:
        return reach(acts, roots, NOTHING, {})
    answer = yield write_query(roots, whole=whole)
    if answer.value is None:
        raise TierguardError(f"What this would reach cannot be looked up: {answer.problem}")
    catalogue = read_catalogue(answer.value)
    chosen = choose(catalogue)
    counted = read_counting(chosen, (yield write_counting(chosen)).value) if chosen else {}
    return reach(acts, roots, catalogue, counted)
