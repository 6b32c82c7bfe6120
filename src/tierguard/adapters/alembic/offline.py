"""A revision's statements, written down instead of run, as ``alembic upgrade --sql`` does; and what it declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.errors import SettingMismatch
from tierguard.model import Operation
from tierguard.process.covers import Declared
from tierguard.statements.classifying import classify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alembic.runtime.migration import RevisionStep

    from tierguard.statements.effects import Act

_DECLARATIONS: Final = ("destroys", "administers")


@dataclass(frozen=True, slots=True)
class Written:
    """One revision.

    Attributes:
        name: its id.
        title: the first line of what it says it is for.
        file: in which it stands.
        statements: those that could be written down.
        is_whole: all of them could; otherwise it asks the database before it acts.
    """

    name: str
    title: str
    file: str
    statements: tuple[str, ...]
    is_whole: bool
    declared: Declared

    @property
    def changes(self) -> tuple[Act, ...]:
        """Return what the statements would do, without those that only read or cannot be read."""
        acts = (act for text in self.statements if not classify(text).problem for act in classify(text).acts)
        return tuple(act for act in acts if act.operation is not Operation.READ)

    @property
    def problems(self) -> tuple[str, ...]:
        """Return why some statements cannot be read beforehand, or do not say what they do."""
        return tuple(dict.fromkeys(_find_problems(self.statements)))

    @property
    def hides_losses(self) -> bool:
        """Return whether it drops or empties something that its text does not name."""
        acts = (act for text in self.statements for act in classify(text).acts)
        return any(act.operation is Operation.DESTROY and not (act.objects or act.writes) for act in acts)


def _find_problems(statements: Iterable[str]) -> Iterator[str]:
    for effects in map(classify, statements):
        if effects.problem:
            yield effects.problem
        else:
            yield from (f"{act.verb}: {act.why}" for act in effects.acts if _is_unclear(act))


def _is_unclear(act: Act) -> bool:
    return act.operation is Operation.OPAQUE or (act.operation is Operation.DESTROY and not (act.objects or act.writes))


class _Pages:
    """Where Alembic writes, a statement at a time."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def write(self, text: str) -> None:
        if text.strip():
            self.statements.append(text.strip())

    def flush(self) -> None:
        """Do nothing: it is all here."""


def write_down(step: RevisionStep) -> Written:
    """Write a step's revision as SQL instead of running it.

    Raises:
        SettingMismatch: what it declares is no list of names.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    pages = _Pages()
    offline = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": pages, "literal_binds": True}
    )
    revision: Any = step.revision
    try:
        with Operations.context(offline):
            step.migration_fn()
    except Exception:  # noqa: BLE001 - a revision is anybody's code, and may need a database to answer
        is_whole = False
    else:
        is_whole = True
    return Written(
        revision.revision,
        (revision.doc or "").split("\n")[0],
        _file_of(revision),
        tuple(pages.statements),
        is_whole,
        _read_declared(revision),
    )


def _file_of(revision: Any) -> str:
    return str(getattr(revision.module, "__file__", "") or "").rpartition("/")[2] or revision.revision


def _read_declared(revision: Any) -> Declared:
    found = []
    for name in _DECLARATIONS:
        value = getattr(revision.module, name, ())
        if not isinstance(value, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in value):
            raise SettingMismatch(
                f'{_file_of(revision)}: {name} is a list of names, such as ["people.nickname"].',
                rule="setting-mismatch",
            )
        found.append(frozenset(value))
    return Declared(*found)
