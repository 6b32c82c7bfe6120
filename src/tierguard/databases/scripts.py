"""A file of SQL on PROD: read before it runs, one transaction, one answer of a person."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.authorization import authorize
from tierguard.databases.connection import commit, execute, fetch, open_target
from tierguard.errors import SettingMismatch
from tierguard.model import Operation
from tierguard.process.admission import Answer, conduct
from tierguard.process.holding.planning import is_asked_beforehand
from tierguard.process.radius import survey
from tierguard.statements.classifying import classify
from tierguard.statements.effects import Control, Hold
from tierguard.statements.splitting import split
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from psycopg import Connection, Cursor

    from tierguard.model import Target
    from tierguard.process.radius import Plan
    from tierguard.statements.effects import Act
    from tierguard.statements.splitting import Part

_NOTHING: Final = "Nothing of the file was committed."
_SHOWN: Final = 12  # statements of a plan
_WIDE: Final = 90  # characters of one


@dataclass(frozen=True, slots=True)
class Script:
    """Statements that are run together. ``alone`` is the only one, and cannot run in a transaction."""

    name: str
    parts: tuple[Part, ...]
    acts: tuple[Act, ...]
    alone: bool

    @property
    def is_asked_beforehand(self) -> bool:
        """Return whether a part of it cannot be held, so that it is agreed to before it runs."""
        return any(map(is_asked_beforehand, self.acts))


def read_script(name: str, text: str) -> Script:
    """Return the statements of a file, without a BEGIN and COMMIT around them: it is one transaction in any case.

    Raises:
        SettingMismatch: it cannot be read, or not run as one transaction.
    """
    try:
        parts = split(text)
    except ValueError as error:
        raise SettingMismatch(
            f"{name}: {error}.", hint="Only SQL is read here: no command and no variable of psql's own."
        ) from None
    read = [(part, classify(part.text).acts[0]) for part in parts]
    if len(read) > 1 and read[0][1].control is Control.BEGIN and read[-1][1].control is Control.COMMIT:
        read = read[1:-1]
    for part, act in read:
        if act.control is not None and act.control not in _WITHIN:
            raise SettingMismatch(
                f"{name}, line {part.line}: {act.verb} within the file; it is run as one transaction.",
                hint="Only the first statement may be a BEGIN, and the last its COMMIT. Put the rest into other files.",
            )
        if act.hold is Hold.ALONE and len(read) > 1:
            raise SettingMismatch(
                f"{name}, line {part.line}: {act.verb} cannot run in a transaction with other statements.",
                hint="Put it into a file of its own.",
            )
    if not read:
        raise SettingMismatch(f"{name}: there is no statement in it.")
    kept = tuple(part for part, _ in read)
    acts = tuple(act for _, act in read)
    return Script(name, kept, acts, alone=any(act.hold is Hold.ALONE for act in acts))


_WITHIN: Final = frozenset({Control.SAVEPOINT, Control.RELEASE, Control.ROLLBACK_TO})


def run_script(target: Target, script: Script, show: Callable[[Cursor[Any]], object]) -> None:
    """Run a script on ``target``: all of it, or nothing.

    What locks others out is asked about before it runs, as one plan; anything else before it is committed, with the
    numbers of rows.

    Args:
        target: where.
        script: what.
        show: is given the cursor of each statement that ran.

    Raises:
        TierguardError: the server refused a statement; nothing was changed.
        AccessRefused: a person did not agree; nothing was changed.
    """
    with closing(open_target(target)) as connection, _agree(target, script, connection):
        connection.autocommit = script.alone
        for part in script.parts:
            show(execute(connection, part.text, f"{script.name}, line {part.line}", _NOTHING))
        commit(connection, f"{script.name}, at COMMIT", _NOTHING)


def _agree(target: Target, script: Script, connection: Connection[Any]) -> AbstractContextManager[object]:
    if not script.is_asked_beforehand or script.alone:  # a statement that stands alone is asked about by itself
        return nullcontext()
    lines = [f"{script.name}, {len(script.parts)} statements in one transaction:"]
    lines += [f"  {clean(' '.join(part.text.split())[:_WIDE])}" for part in script.parts[:_SHOWN]]
    if (more := len(script.parts) - _SHOWN) > 0:
        lines.append(f"  and {more} more")
    lines += _look_up(connection, script.acts).lines()
    grave = any(act.operation is Operation.ADMIN for act in script.acts)
    return authorize(Operation.ADMIN if grave else Operation.DESTROY, target=target, plan="\n".join(lines))


def _look_up(connection: Connection[Any], acts: tuple[Act, ...]) -> Plan:
    def ask(sql: str) -> Answer:
        rows = fetch(connection, sql, what="What the file reaches cannot be looked up")
        return Answer(rows[0][0] if rows else None)

    return conduct(survey(acts), ask)
