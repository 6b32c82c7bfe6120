"""Alembic: ``migrations/env.py`` calls :func:`run_migrations`, and every command is judged before it connects.

The URL never passes through Alembic's configuration, where a ``%`` would be taken for an interpolation.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from logging.config import fileConfig
from typing import TYPE_CHECKING, Any, Final

from tierguard import authorize, resolve
from tierguard.adapters.sqlalchemy import make_engine
from tierguard.errors import TierguardError
from tierguard.model import Operation, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, MetaData

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
        options: passed on to ``context.configure``.

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
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given, metadata, options)
        return
    if context.config.config_file_name:
        fileConfig(context.config.config_file_name, disable_existing_loggers=False)
    target = resolve()
    with _in_one_line(), authorize(_operation(context.config.cmd_opts), target=target):
        _connect_and_migrate(target, metadata, options)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn what the server refuses, and Ctrl-C, into one line and the exit code of the design."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise TierguardError(
            f"The migration failed: {reason}.", hint="Nothing of it was kept.", rule="server-refused"
        ) from error
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing of this migration was kept\n")
        raise SystemExit(INTERRUPTED) from None


def _operation(arguments: Any) -> Operation:
    """Return what the command line means to do; unknown commands count as migrations."""
    command = getattr(arguments, "cmd", (None,))[0]
    name = getattr(command, "__name__", "")
    if name in _READING:
        return Operation.READ
    return Operation.DESTROY if name == "downgrade" else Operation.MIGRATE


def _connect_and_migrate(target: Target, metadata: MetaData, options: dict[str, Any]) -> None:
    from sqlalchemy import pool, text

    engine = make_engine(target.sealed, application_name=f"alembic {target.name}", poolclass=pool.NullPool)
    with engine.connect() as connection:
        if target.tier is Tier.PROD:
            connection.execute(text(f"SET lock_timeout = '{PROD_LOCK_TIMEOUT}'"))
            connection.commit()
        _migrate(connection, metadata, options)
        connection.commit()


def _migrate(connection: Connection, metadata: MetaData, options: dict[str, Any]) -> None:
    from alembic import context

    context.configure(connection=connection, target_metadata=metadata, compare_type=True, **options)
    with context.begin_transaction():
        context.run_migrations()
