"""What an Alembic command would do to the database, read beforehand on its own connection. Nothing is changed.

A downgrade is foreseen from the revisions that the database has: which of them go, which tables and rows with them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.authorization import require_grant
from tierguard.databases.tables import VERSION, count_rows, list_tables
from tierguard.errors import PolicyRefused
from tierguard.model import Operation
from tierguard.statements.losses import TABLE, Loss, find_losses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

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


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a downgrade would take away.

    Attributes:
        course: the revisions that go.
        lost: what goes of each table that is there.
        absent: what goes of tables that are not listed.
        counted: the rows of each table that is lost or may be touched, in words.
        unclear: statements that cannot be read beforehand, and revisions that cannot be written down beforehand.
    """

    course: Course
    lost: Mapping[Table, tuple[str, ...]]
    absent: tuple[Loss, ...]
    counted: Mapping[Table, str]
    unclear: tuple[str, ...]
    drops_all: bool

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
        for table, what in sorted(self.lost.items()):
            yield f"{_name(table)}: {', '.join(what)} ({self.counted[table]} rows)"
        for loss in self.absent:
            yield f"{'.'.join(loss.table)}: {loss.what} (not among the tables, so its rows are not counted)"
        yield from self.unclear
        for table in sorted(self.counted.keys() - self.lost.keys()):
            yield f"{_name(table)} ({self.counted[table]} rows) may be touched"


def foresee(context: MigrationContext, script: ScriptDirectory, connection: Connection) -> Foreseen:
    """Return what the downgrade that Alembic is about to run would take away. Read-only, and rolled back."""
    heads = context.get_current_heads()
    course = read_course(list(context.opts["fn"](heads, context)), heads, script)
    connection.rollback()
    losses, unclear = _read_revisions(course)
    with connection.begin() as transaction:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(_COUNTING)
        tables = {table: rows for table, rows in list_tables(_fetcher(connection)).items() if table[1] != VERSION}
        lost = _group(losses, tables)
        counted = count_rows(_fetcher(connection), tables, set(tables) if unclear else set(lost))
        transaction.rollback()
    dropped = {table for table, what in lost.items() if any(one.startswith(TABLE) for one in what)}
    absent = tuple(loss for loss in losses if not _group([loss], tables))
    return Foreseen(course, lost, absent, counted, unclear, drops_all=bool(tables) and dropped == set(tables))


def _fetcher(connection: Connection) -> Callable[[str], Any]:
    # SQLAlchemy hands the driver parameters, if only none, and then a % is a placeholder's.
    return lambda statement: connection.exec_driver_sql(statement.replace("%", "%%")).scalar()


def _read_revisions(course: Course) -> tuple[tuple[Loss, ...], tuple[str, ...]]:
    """Write each revision's downgrade as SQL instead of running it, as ``alembic downgrade --sql`` does, and read that.

    Returns what it takes away, and in words what cannot be read or written so.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    losses: list[Loss] = []
    unclear: list[str] = []
    for step in course.down:
        script = io.StringIO()
        offline = MigrationContext.configure(
            dialect_name="postgresql", opts={"as_sql": True, "output_buffer": script, "literal_binds": True}
        )
        try:
            with Operations.context(offline):
                step.migration_fn()
        except Exception:  # noqa: BLE001 - a revision is anybody's code, and may need a database to answer
            unclear.append(f"{step.revision.revision} queries the database before it acts, so it may remove anything")
        found, opaque = find_losses(script.getvalue())
        losses += found
        unclear += [f"{step.revision.revision} does something that cannot be read beforehand: {one}" for one in opaque]
    return tuple(losses), tuple(unclear)


def _group(losses: Sequence[Loss], tables: Mapping[Table, int]) -> dict[Table, tuple[str, ...]]:
    """Return what goes of each table that is there."""
    found: dict[Table, list[str]] = {}
    for loss in losses:
        for schema, name in tables:
            if loss.table in {(name,), (schema, name)} and loss.what not in found.setdefault((schema, name), []):
                found[schema, name].append(loss.what)
    return {table: tuple(what) for table, what in found.items() if what}


def _name(table: Table) -> str:
    schema, name = table
    return name if schema == "public" else f"{schema}.{name}"


def judge_steps(
    inner: Callable[..., Sequence[Any]], script: ScriptDirectory, foreseen: Foreseen | None
) -> Callable[..., Sequence[Any]]:
    """Return Alembic's own function that plans the steps, made to refuse steps that nobody authorized.

    Raises (the returned function):
        PolicyRefused: they are not those that were shown, or no ``authorize`` around this allows them.
    """

    def plan(heads: Any, context: MigrationContext) -> Sequence[Any]:
        steps = list(inner(heads, context) or ())
        course = read_course(steps, heads, script)
        require_grant(foreseen.operation if foreseen and course.down else course.operation)
        if foreseen is not None and course.down and course.revisions != foreseen.course.revisions:
            raise PolicyRefused(
                "The database changed while its plan was read: the revisions to undo are not those that were shown.",
                hint="Run it again.",
                rule="plan-required",
            )
        return steps

    return plan
