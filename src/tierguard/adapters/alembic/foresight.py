"""What an Alembic command would do to the database, read beforehand on its own connection. Nothing is changed.

A downgrade is foreseen from the revisions that the database has: which of them go, which tables and rows with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.alembic.asking import fetcher, look_up
from tierguard.adapters.alembic.offline import write_down
from tierguard.databases.authorization import require_grant
from tierguard.databases.tables import VERSION, count_rows, list_tables
from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.process.covers import Foretold
from tierguard.process.radius import Fate
from tierguard.process.radius.naming import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

    from tierguard.adapters.alembic.offline import Written
    from tierguard.process.radius import Plan

    Table = tuple[str, str]

_COUNTING: Final = "SET LOCAL statement_timeout = '20s'"


@dataclass(frozen=True, slots=True)
class Course:
    """Which revisions go, in this order, and whether any is left after them."""

    down: tuple[RevisionStep, ...]
    moves: bool  # there is a step at all
    all_gone: bool

    @property
    def operation(self) -> Operation:
        """Return what the steps amount to, as the policy has it."""
        if self.down:
            return Operation.RESET if self.all_gone else Operation.DESTROY
        return Operation.MIGRATE if self.moves else Operation.READ

    @property
    def revisions(self) -> tuple[str, ...]:
        """Return the ids of the revisions that go."""
        return tuple(step.revision.revision for step in self.down)


def read_course(steps: Sequence[Any], heads: tuple[str, ...], script: ScriptDirectory) -> Course:
    """Return the course of Alembic's own steps, from a database that is at ``heads``."""
    from alembic.runtime.migration import RevisionStep

    down = tuple(step for step in steps if isinstance(step, RevisionStep) and not step.is_upgrade)
    gone = {step.revision.revision for step in down}
    applied = {one.revision for one in script.iterate_revisions(heads, "base")} if heads and down else set()
    return Course(down, bool(steps), all_gone=not heads or (bool(down) and not applied - gone))


def find_up(steps: Sequence[Any]) -> tuple[RevisionStep, ...]:
    """Return the steps of an upgrade."""
    from alembic.runtime.migration import RevisionStep

    return tuple(step for step in steps if isinstance(step, RevisionStep) and step.is_upgrade)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a downgrade would take away.

    Attributes:
        course: the revisions that go.
        reached: what their statements reach.
        touchable: the rows, in words, of each other table, where something in a revision cannot be read.
        unclear: statements that cannot be read beforehand, and revisions that cannot be written down beforehand.
        drops_all: no table would be left.
        foretold: the statements that could be read.
    """

    course: Course
    reached: Plan
    touchable: Mapping[Table, str]
    unclear: tuple[str, ...]
    drops_all: bool
    foretold: Foretold

    @property
    def operation(self) -> Operation:
        """Return RESET for what drops everything, else DESTROY."""
        return Operation.RESET if self.course.all_gone or self.drops_all else Operation.DESTROY

    @property
    def plan(self) -> str:
        """Return the lines that a person reads before agreeing."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"Revisions undone: {', '.join(self.course.revisions) or 'none'}"
        yield from self.reached.lines()
        yield from self.unclear
        for table, rows in sorted(self.touchable.items()):
            yield f"{spell(*table)} ({rows} rows) may be touched"


def foresee(context: MigrationContext, script: ScriptDirectory, connection: Connection) -> Foreseen:
    """Return what the downgrade that Alembic is about to run would take away. Read-only, and rolled back."""
    heads = context.get_current_heads()
    course = read_course(list(context.opts["fn"](heads, context)), heads, script)
    connection.rollback()
    revisions = [write_down(step) for step in course.down]
    acts = [act for one in revisions for act in one.changes]
    unclear = tuple(line for one in revisions for line in _read(one))
    with connection.begin() as transaction:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(_COUNTING)
        fetch = fetcher(connection)
        tables = {table: rows for table, rows in list_tables(fetch).items() if table[1] != VERSION}
        reached = look_up(acts, fetch)
        dropped = {
            one.name
            for tree in reached.trees
            for one in tree.reached
            if (one.kind, one.fate) == ("table", Fate.DROPPED)
        }
        left = [table for table in tables if spell(*table) not in dropped]
        touchable = count_rows(fetch, tables, left) if unclear else {}
        transaction.rollback()
    drops_all = bool(tables) and not left
    return Foreseen(course, reached, touchable, unclear, drops_all, Foretold(frozenset(acts)))


def _read(written: Written) -> Iterator[str]:
    """Say what of a downgrade cannot be read or written down beforehand."""
    if not written.is_whole:
        yield f"{written.name} queries the database before it acts, so it may remove anything"
    for reason in written.problems:
        yield f"{written.name} does something that cannot be read beforehand: {reason}"


def judge_steps(
    inner: Callable[..., Sequence[Any]], script: ScriptDirectory, foreseen: Foreseen | None, up: tuple[str, ...] | None
) -> Callable[..., Sequence[Any]]:
    """Return Alembic's own function that plans the steps, made to refuse steps that nobody authorized.

    Args:
        inner: that function.
        script: the folder of revisions.
        foreseen: what was shown of a downgrade.
        up: the revisions of an upgrade that were shown; None where none were.

    Raises (the returned function):
        PolicyRefused: they are not those that were shown, or no ``authorize`` around this allows them.
    """

    def plan(heads: Any, context: MigrationContext) -> Sequence[Any]:
        steps = list(inner(heads, context) or ())
        course = read_course(steps, heads, script)
        require_grant(foreseen.operation if foreseen and course.down else course.operation)
        moved = foreseen is not None and course.down and course.revisions != foreseen.course.revisions
        if moved or (up is not None and up != tuple(step.revision.revision for step in find_up(steps))):
            raise PolicyRefused(
                "The database changed while its plan was read: its revisions are not those that were shown.",
                hint="Run it again.",
                rule="plan-required",
            )
        return steps

    return plan
