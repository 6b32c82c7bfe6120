"""The victim is judged: CREATE, ALTER, DROP and COMMENT ON DATABASE by the database that they name.

From any database of a cluster one may drop another, so where a cluster holds PROD the name decides, not the
connection. Pure, and looked at only on connections into such a cluster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.identity import Reading

_NAME: Final = r"""(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[\w$]+))"""
_STATEMENT: Final = re.compile(
    rf"\b(?P<verb>CREATE|ALTER|DROP|COMMENT\s+ON)\s+DATABASE\s+(?:IF\s+EXISTS\s+)?{_NAME}", re.IGNORECASE
)
_TEMPLATE: Final = re.compile(rf"\bTEMPLATE\s*=?\s*{_NAME}", re.IGNORECASE)
# Comments may stand between any two words (PostgreSQL manual, section 4.1.5); quotes guard what only looks like one.
_COMMENT: Final = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|/\*.*?\*/""", re.DOTALL)


def find_victim(sql: str, reading: Reading) -> str:
    """Return the name of the database that ``sql`` would create from, alter or drop and may not, or an empty string."""
    if "database" not in sql.lower():
        return ""
    return next((name for name in _named(sql) if _is_prod(name, reading)), "")


def _named(sql: str) -> Iterator[str]:
    text = _COMMENT.sub(lambda found: found[1] or " ", sql)
    for found in _STATEMENT.finditer(text):
        if found["verb"].upper() != "CREATE":
            yield _fold(found)
        else:  # a new name harms nobody; copying PROD does
            yield from map(_fold, _TEMPLATE.finditer(text, found.end()))


def _fold(found: re.Match[str]) -> str:
    """Return the name as PostgreSQL folds it: lower case unless quoted (section 4.1.1)."""
    quoted: str | None = found["quoted"]
    return quoted.replace('""', '"') if quoted is not None else found["plain"].lower()


def _is_prod(name: str, reading: Reading) -> bool:
    """Return whether the named database is PROD, or unmarked, which in PROD's cluster counts as PROD."""
    if name in {"template0", "template1"}:
        return False
    tiers = {comment.tier for comment in reading.comments if comment.db == name}
    own = name == reading.db and reading.marker is not None and reading.marker.tier is not Tier.PROD
    return not own and (not tiers or Tier.PROD in tiers)
