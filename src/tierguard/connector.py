"""The door through which tierguard itself connects. The driver is named, not imported: only adapters know one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tierguard.model import Target


def open_target(target: Target, *, dbname: str = "", connect_timeout: int = 10) -> Any:
    """Return a psycopg connection in autocommit to ``target``, or to another database of its server.

    Raises:
        ServerMissing: nobody answers there, or it does not let this user in.
        AccessRefused: the gate refused it.
    """
    adapter = importlib.import_module("tierguard.adapters.psycopg")
    return adapter.open_target(target, dbname=dbname, connect_timeout=connect_timeout)


def run(connection: Any, statement: str, *, what: str) -> None:
    """Run one statement of our own; ``what`` says what did not work when the server refuses it.

    Raises:
        TierguardError: the server refused; its reason is in the message.
    """
    adapter = importlib.import_module("tierguard.adapters.psycopg")
    adapter.run(connection, statement, what=what)
