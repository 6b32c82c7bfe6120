"""Write src/tierguard/statements/harmless.py from the catalogues of servers: ``python docs/functions.py URL…``.

A name is written down where no server has a function of that name in ``pg_catalog`` that may change anything: each says
that it is immutable or stable, or is known to look only (``VOLATILE_READS``); none is known to act (``GRAVE``). Name a
server of the oldest version and one of the newest.
"""

# ruff: noqa: INP001, S603 - a folder of documents is no package; it starts psql
from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from tierguard.statements.notable import GRAVE, NOT_HARMLESS, VOLATILE_READS

MODULE = Path(__file__).parents[1] / "src/tierguard/statements/harmless.py"
# What a statement can call: no functions of the server's own use, of a type's input and output, of triggers.
QUERY = """
SELECT proname, bool_or(provolatile = 'v')::int, min(current_setting('server_version_num')::int / 10000)
FROM pg_catalog.pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'p'
  AND NOT proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]
  AND (SELECT typtype <> 'p' OR typname IN ('record', 'void') OR typname LIKE 'any%'
       FROM pg_type WHERE oid = prorettype)
GROUP BY proname
"""
OPERATORS = "SELECT DISTINCT oprname FROM pg_catalog.pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace"
BEFORE = '''\
"""Functions and operators of pg_catalog that change nothing. Written by ``python docs/functions.py``, never by hand.

From the catalogues of PostgreSQL {versions}.
"""

from __future__ import annotations

from typing import Final

from tierguard.statements.naming import names_in
'''
NAMES = '''
{name}: Final = frozenset(
    names_in(
        """
{names}
        """
    )
)
'''


def main(urls: list[str]) -> None:
    """Read each catalogue and write the module."""
    volatile: dict[str, bool] = {}
    operators: set[str] = set()
    versions = set()
    for url in urls:
        for name, changes, version in (row.split("|") for row in ask(url, QUERY)):
            volatile[name] = volatile.get(name, False) or changes == "1"
            versions.add(int(version))
        operators.update(ask(url, OPERATORS))
    kept = {name for name, changes in volatile.items() if not changes or name in VOLATILE_READS}
    kept -= {*GRAVE, *NOT_HARMLESS, "set_config"}
    before = BEFORE.format(versions=" and ".join(map(str, sorted(versions))))
    MODULE.write_text(before + write("HARMLESS", kept) + write("OPERATORS", operators))


def ask(url: str, query: str) -> list[str]:
    """Return the rows that a server answers, as psql writes them."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--dbname", url, "--command", query]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def write(name: str, names: set[str]) -> str:
    """Return a set of names as Python."""
    lines = textwrap.fill(
        " ".join(sorted(names)),
        120,
        initial_indent=" " * 8,
        subsequent_indent=" " * 8,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return NAMES.format(name=name, names=lines)


if __name__ == "__main__":
    main(sys.argv[1:])
