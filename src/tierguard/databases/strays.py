"""Folders of databases that never came to be: what a server leaves that is killed while it creates or drops one."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch

if TYPE_CHECKING:
    from pathlib import Path

_AGE: Final = 3600  # seconds; a younger one may be a database that is being created
_DATABASES: Final = "SELECT oid::text FROM pg_catalog.pg_database"
_MAY_LOOK: Final = """\
SELECT bool_and(pg_catalog.has_function_privilege(f, 'EXECUTE')) FROM unnest(ARRAY['pg_catalog.pg_ls_dir(text)',
'pg_catalog.pg_ls_dir(text,boolean,boolean)', 'pg_catalog.pg_stat_file(text,boolean)']) f
"""
_LOOK: Final = f"""\
SELECT 'base/' || d, (SELECT coalesce(sum((pg_catalog.pg_stat_file('base/' || d || '/' || f, true)).size), 0)
  FROM pg_catalog.pg_ls_dir('base/' || d, true, false) f)::bigint
FROM pg_catalog.pg_ls_dir('base') d
WHERE d ~ '^[0-9]+$' AND d NOT IN ({_DATABASES}) AND (pg_catalog.pg_stat_file('base/' || d, true)).modification
  < pg_catalog.now() - pg_catalog.make_interval(secs => {_AGE}) ORDER BY 1
"""  # noqa: S608 - constants


def find_strays(connection: Any, data: Path | None) -> tuple[tuple[str, int], ...]:
    """Return the folders in the server's data that no database has, each with its size in bytes.

    Args:
        connection: to any database of the server.
        data: the server's data folder, where this process may look into it; else the server is asked, if it lets it.

    Raises:
        TierguardError: the server does not list its databases.
    """
    if data is not None:
        known = {oid for (oid,) in fetch(connection, _DATABASES, what="the databases cannot be listed")}
        with suppress(OSError):
            return tuple(sorted(_walk(data / "base", known)))
        return ()
    ((may,),) = fetch(connection, _MAY_LOOK, what="the role's rights cannot be read")
    return tuple(fetch(connection, _LOOK, what="the server's folders cannot be listed")) if may else ()


def _walk(base: Path, known: set[str]) -> list[tuple[str, int]]:
    found = [one for one in base.iterdir() if one.name.isdigit() and one.name not in known]
    old = [one for one in found if time.time() - one.stat().st_mtime > _AGE]
    return [(str(one), sum(file.stat().st_size for file in one.iterdir())) for one in old]
