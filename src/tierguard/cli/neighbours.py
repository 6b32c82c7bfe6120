"""Programs that are no Python, on a server that also holds PROD: nothing looks at what they do there."""

from __future__ import annotations

import getopt
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from tierguard.cli.elsewhere import CLIENTS
from tierguard.model import Operation, Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tierguard.model import Target

# dropdb's own options (its manual page).
_SHORT: Final = "efiVh:p:U:wW"
_LONG: Final = [
    *("echo", "force", "interactive", "if-exists", "host=", "port=", "username="),
    *("maintenance-db=", "no-password", "password", "version", "help"),
]


def check_neighbours(target: Target, command_line: Sequence[str]) -> None:
    """Refuse a program, or say how it is limited, where its server holds PROD or may hold it.

    Raises:
        PolicyRefused: it is a PostgreSQL client beside a known PROD, or a ``dropdb`` of what may be PROD.
    """
    from tierguard.databases.authorization import record_refusal
    from tierguard.databases.connection import open_target, read_identity
    from tierguard.deciding.victim import Standing
    from tierguard.errors import PolicyRefused
    from tierguard.process import terminal
    from tierguard.process.installation import install
    from tierguard.statements.claims import Claim, Kind
    from tierguard.text import conninfo

    if target.tier is Tier.PROD:
        return
    gate = install()
    with open_target(target) as connection:
        reading = read_identity(connection)
    standing, program = gate.find_standing(reading), PurePath(command_line[0]).name
    if standing is Standing.FREE:
        return
    if standing is Standing.PROD and program in CLIENTS:
        refusal = PolicyRefused(
            f"{target.name}: its server holds PROD too, and what {program} does cannot be checked. Nothing was run.",
            hint="A Python program's statements are checked. Better: give PROD its own server.",
            rule="client-beside-prod",
        )
        raise record_refusal(target, Operation.OPAQUE, refusal)
    if standing is Standing.PROD:
        terminal.warn(
            f"{target.name}: its server holds PROD too. Only a Python program's statements are checked there."
        )
    elif program == "dropdb":
        claims = tuple(Claim(Kind.DATABASE, name, "drop") for name in _dropped(command_line[1:]))
        where = conninfo.parse(target.url).effective()
        gate.consider(claims, reading, where, lambda: where)
    elif program in CLIENTS:
        terminal.warn(
            f"{target.name}: another database of its server is not proven to be INT or STG.  "
            f"What {program} does there cannot be checked."
        )


def _dropped(arguments: Sequence[str]) -> list[str]:
    """Return the databases that dropdb would drop; an empty name where its arguments cannot be read."""
    try:
        _, names = getopt.gnu_getopt(list(arguments), _SHORT, _LONG)
    except getopt.GetoptError:
        return [""]
    return names
