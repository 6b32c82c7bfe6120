"""Alembic: ``migrations/env.py`` calls :func:`run_migrations`, and every command is judged before it connects.

The URL never passes through Alembic's configuration, where a ``%`` would be taken for an interpolation.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from logging.config import fileConfig
from typing import TYPE_CHECKING, Any, Final

from tierguard import authorize, install, resolve
from tierguard.adapters.alembic.asking import fetcher
from tierguard.adapters.alembic.foresight import find_up, foresee, judge_steps
from tierguard.adapters.alembic.upgrades import foresee_upgrade
from tierguard.adapters.sqlalchemy import make_engine
from tierguard.databases.authorization import record_refusal, require_grant
from tierguard.databases.connection import TOOL, open_target
from tierguard.errors import PolicyRefused, TierguardError
from tierguard.model import Authority, Operation, Tier
from tierguard.process import terminal
from tierguard.process.chosen import current_process
from tierguard.process.covers import Declared, revising

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, MetaData

    from tierguard.adapters.alembic.foresight import Foreseen
    from tierguard.adapters.alembic.upgrades import Upgrade
    from tierguard.model import Target

_READING: Final = frozenset({"branches", "check", "current", "heads", "history", "show", "revision", "merge", "edit"})
# A migration that waits for a lock blocks everybody who queues behind it: on PROD it gives up instead.
PROD_LOCK_TIMEOUT: Final = "5s"
INTERRUPTED: Final = 130


def run_migrations(metadata: MetaData, **options: Any) -> None:
    """Run the Alembic command that loaded ``env.py`` on the chosen database, in one transaction.

    A caller that is already authorized hands its connection over in ``config.attributes["connection"]``.

    Args:
        metadata: the models' tables, for autogenerate.
        options: passed on to ``context.configure``, which compares types unless ``compare_type=False`` is among them.

    Raises:
        AccessRefused: the tier or the operation is not for this process.
        ServerMissing: the database cannot be reached.
    """
    from alembic import context

    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    install()
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given, metadata, options)
        return
    if context.config.config_file_name and context.config.file_config.has_section("loggers"):
        fileConfig(context.config.config_file_name, disable_existing_loggers=False)
    terminal.name_tier()
    target = resolve()
    with _in_one_line():
        _authorize_and_migrate(target, metadata, options)


def _authorize_and_migrate(target: Target, metadata: MetaData, options: dict[str, Any]) -> None:
    """Find out what the command would do, ask whoever has to be asked, and do just that.

    While it is asked for, nothing of this process is connected: what is copied first may be used by nobody.
    """
    from alembic import context

    down, up = None, None
    operation = _operation(context.config.cmd_opts)
    direction = _find_direction(metadata, options)
    if direction == "downgrade" or (direction == "upgrade" and target.tier is Tier.PROD):
        with _connected(target) as connection:
            context.configure(connection=connection, target_metadata=metadata, **options)
            if direction == "downgrade":
                down = foresee(context.get_context(), context.script, connection)
                operation = down.operation
            else:
                up = _foresee_upgrade(connection)
            connection.rollback()
        if up is not None and target.authority is Authority.SERVER:
            _check(up, target)
    seen = down or up
    with (
        authorize(
            operation,
            target=target,
            plan=seen.plan if seen else "",
            declared=up.declared if up else Declared(),
            foretold=seen.foretold if seen else None,
        ),
        _connected(target) as connection,
    ):
        _migrate(connection, metadata, options, down, up)
        connection.commit()


def _foresee_upgrade(connection: Connection) -> Upgrade:
    from alembic import context

    migration = context.get_context()
    steps = migration.opts["fn"](migration.get_current_heads(), migration)
    return foresee_upgrade(find_up(list(steps or ())), fetcher(connection))


def _check(up: Upgrade, target: Target) -> None:
    try:
        up.check(target)
    except PolicyRefused as refusal:
        raise record_refusal(target, Operation.MIGRATE, refusal) from None


def _find_direction(metadata: MetaData, options: dict[str, Any]) -> str:
    """Return ``upgrade`` or ``downgrade``, or what else the command does.

    Nothing connects, and nobody is told of a context that is only looked at.
    """
    from alembic import context

    log = logging.getLogger("alembic.runtime.migration")
    log.disabled, before = True, log.disabled
    try:
        context.configure(dialect_name="postgresql", target_metadata=metadata, **options)
    finally:
        log.disabled = before
    return getattr(context.get_context().opts["fn"], "__name__", "")


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn what the server refuses, and Ctrl-C, into one line and the exit code of the design."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise TierguardError(
            f"The migration failed: {reason}.", hint="It was rolled back.", rule="server-refused"
        ) from error
    except KeyboardInterrupt:
        terminal.say("interrupted: this migration was rolled back")
        raise SystemExit(INTERRUPTED) from None


def _operation(arguments: Any) -> Operation:
    """Return what the command line means to do; unknown commands count as migrations. Downgrades are foreseen."""
    command = getattr(arguments, "cmd", (None,))[0]
    name = getattr(command, "__name__", "")
    return Operation.READ if name in _READING else Operation.MIGRATE


@contextmanager
def _connected(target: Target) -> Iterator[Connection]:
    from sqlalchemy import exc, pool, text

    engine = make_engine(target.sealed, application_name=f"{TOOL} alembic {target.name}", poolclass=pool.NullPool)
    try:
        connection = engine.connect()
    except exc.DBAPIError:
        open_target(target).close()  # which says in one line what is wrong
        raise
    with connection:
        if target.tier is Tier.PROD:
            connection.execute(text(f"SET lock_timeout = '{PROD_LOCK_TIMEOUT}'"))
            connection.commit()
        yield connection


def _migrate(
    connection: Connection,
    metadata: MetaData,
    options: dict[str, Any],
    down: Foreseen | None = None,
    up: Upgrade | None = None,
) -> None:
    """Run the command, whose steps are judged once more when Alembic plans them."""
    from alembic import context

    context.configure(connection=connection, target_metadata=metadata, **options)
    inner = context.get_context().opts["fn"]
    judged = judge_steps(inner, context.script, down, up.names if up else None)
    context.configure(connection=connection, target_metadata=metadata, fn=judged, **options)
    with context.begin_transaction(), _declaring(connection, inner, up):
        context.run_migrations()


@contextmanager
def _declaring(connection: Connection, inner: Any, up: Upgrade | None) -> Iterator[None]:
    """Let what the revisions declare count, where a caller handed its connection over to a server's upgrade of PROD."""
    ceiling = current_process().ceiling()
    is_servers = (ceiling.tier, ceiling.authority) == (Tier.PROD, Authority.SERVER)
    if up is not None or not is_servers or getattr(inner, "__name__", "") != "upgrade":
        yield
        return
    from alembic import context

    migration = context.get_context()
    require_grant(Operation.MIGRATE)
    found = foresee_upgrade(find_up(list(inner(migration.get_current_heads(), migration) or ())), fetcher(connection))
    _check(found, current_process().target())
    with revising(found.declared):
        yield
