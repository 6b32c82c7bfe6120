"""What an upgrade of PROD would do, read beforehand: for a person's plan, and against what a release declares."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from tierguard.adapters.alembic.asking import look_up
from tierguard.adapters.alembic.offline import write_down
from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.process.covers import Declared, Foretold
from tierguard.process.holding.counting import NEWEST
from tierguard.process.holding.serving import ADMINISTERING, write_line
from tierguard.process.radius.losing import find_lost
from tierguard.process.radius.naming import spell
from tierguard.process.radius.showing import show
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alembic.runtime.migration import RevisionStep

    from tierguard.adapters.alembic.asking import Fetch
    from tierguard.adapters.alembic.offline import Written
    from tierguard.model import Target
    from tierguard.process.radius.plan import Tree
    from tierguard.statements.effects import Act, Parts

_WIDTH: Final = 74


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade would do.

    Attributes:
        revisions: those that would run, in this order.
        trees: for each, what its statements reach of what is there.
        foretold: all that could be foreseen.
        made: the relations that the revisions make, by name.
    """

    revisions: tuple[Written, ...]
    trees: tuple[tuple[Tree, ...], ...]
    foretold: Foretold
    made: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of the revisions."""
        return tuple(one.name for one in self.revisions)

    @property
    def declared(self) -> Declared:
        """Return what the revisions declare."""
        declared = Declared(made=self.made)
        for one in self.revisions:
            declared |= one.declared
        return declared

    @property
    def plan(self) -> str:
        """Return the lines that a person reads before agreeing."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"Revisions to run: {', '.join(self.names) or 'none'}"
        for one, trees in zip(self.revisions, self.trees, strict=True):
            yield f"{one.name}{f' ({one.title})' if one.title else ''}: {_sum(one)}"
            for tree in (each for each in trees if each.reached or each.refused):
                yield from (f"  {line}" for line in show(tree, _WIDTH))

    def check(self, goal: Target) -> None:
        """Refuse what a server would destroy or administer undeclared.

        Raises:
            PolicyRefused: a revision does not say so.
        """
        for one, trees in zip(self.revisions, self.trees, strict=True):
            where = f"{goal.name}: revision {one.name}"
            if lost := find_lost(trees, one.declared.destroys):
                raise PolicyRefused(
                    f"{where} loses {', '.join(lost)} and does not declare it, so nothing was run.",
                    hint=f"In {one.file}: {write_line('destroys', lost)}",
                    rule="prod-server-destroy",
                )
            if one.hides_losses and not one.declared.destroys:
                raise PolicyRefused(
                    f"{where} loses what cannot be read from its text and declares nothing, so nothing was run.",
                    hint=f"In {one.file}: {write_line('destroys', ['TABLE'])}",
                    rule="prod-server-destroy",
                )
            verbs = list(dict.fromkeys(act.verb for act in _administering(one, self.made)))
            if never := [verb for verb in verbs if verb not in ADMINISTERING]:
                raise PolicyRefused(
                    f"{where} runs {', '.join(never)}, and a server never changes PROD's roles or settings, "
                    "so nothing was run.",
                    hint="A person does this at a terminal.",
                    rule="prod-server-admin",
                )
            if missing := [verb for verb in verbs if verb not in one.declared.administers]:
                raise PolicyRefused(
                    f"{where} runs {', '.join(missing)} and does not declare it, so nothing was run.",
                    hint=f"In {one.file}: {write_line('administers', missing)}",
                    rule="prod-server-admin",
                )


def foresee_upgrade(steps: Sequence[RevisionStep], fetch: Fetch) -> Upgrade:
    """Return what the steps would do. It reads, and changes nothing.

    Args:
        steps: as Alembic plans them.
        fetch: runs a query and returns its only value as text.

    Raises:
        SettingMismatch: what a revision declares is no list of names.
    """
    revisions = tuple(write_down(step) for step in steps)
    acts = [act for one in revisions for act in one.changes]
    plan = look_up(acts, fetch)
    trees = iter(plan.trees)
    found = tuple(tuple(islice(trees, len(one.changes))) for one in revisions)
    made, named = _find(acts, fetch)
    certain = all(one.is_whole and not one.problems for one in revisions)
    newest = int(fetch(NEWEST) or 0)
    foretold = Foretold(frozenset(acts), plan.locks if certain else None, named, newest)
    return Upgrade(revisions, found, foretold, made)


def _find(acts: Sequence[Act], fetch: Fetch) -> tuple[frozenset[str], frozenset[int]]:
    """Return the names of what is made and not there yet, and the relations that are named and there."""
    made = dict.fromkeys(parts for act in acts for parts in act.creates)
    named = dict.fromkeys(parts for act in acts for parts in (*act.writes, *act.reads))
    told = fetch(f"SELECT json_build_array({_oids(made)}, {_oids(named)})::text")
    absent, there = json.loads(told or "[[], []]")
    return (
        frozenset(spell(*parts) for parts, oid in zip(made, absent, strict=True) if oid is None),
        frozenset(oid for oid in there if oid is not None),
    )


def _oids(names: dict[Parts, None]) -> str:
    listed = ", ".join(quote_literal(".".join(map(quote_identifier, parts))) for parts in names)
    return f"""(SELECT coalesce(json_agg(pg_catalog.to_regclass(name)::oid::bigint ORDER BY place), '[]')
      FROM unnest(ARRAY[{listed}]::text[]) WITH ORDINALITY AS e(name, place))"""  # noqa: S608 - quoted names


def _administering(one: Written, made: frozenset[str]) -> Iterator[Act]:
    """Give what changes who may do what, but for what the revisions make themselves."""
    for act in one.changes:
        names = act.reads if act.verb in {"GRANT", "REVOKE"} else act.writes
        if act.operation is Operation.ADMIN and not (names and all(spell(*parts) in made for parts in names)):
            yield act


def _sum(one: Written) -> str:
    verbs = Counter(act.verb or "what cannot be read" for act in one.changes)
    told = [f"{verb} ({number} times)" if number > 1 else verb for verb, number in verbs.items()]
    if not one.is_whole:
        told.append("and what it does after it has queried the database, which cannot be read beforehand")
    told += [f"something that cannot be read beforehand ({reason})" for reason in one.problems]
    return ", ".join(told) or "nothing"
