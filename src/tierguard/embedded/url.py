"""Read ``embedded:///NAME`` and write the ordinary URL that it stands for. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tierguard.embedded._admin import PORT
from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from tierguard.embedded.state import State

SCHEME = "embedded"
LONGEST_NAME = 63  # bytes, PostgreSQL's limit


def read_name(url: str) -> str:
    """Return the database that an embedded URL names.

    Raises ``SettingMismatch`` for anything but ``embedded:///name``.
    """
    expected = "write embedded:///name, with nothing before the name and nothing after it"
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SettingMismatch(f"malformed embedded URL: {expected}") from None
    if parts.scheme != SCHEME:
        raise SettingMismatch(f"not an embedded URL: {expected}")
    if parts.netloc:
        raise SettingMismatch(f"an embedded URL has no host, user or password: {expected}")
    if parts.query or parts.fragment:
        raise SettingMismatch(f"an embedded URL has no options: {expected}")
    name = unquote(parts.path.removeprefix("/"))
    if not re.fullmatch(r"[\w.$ -]+", name) or len(name.encode()) > LONGEST_NAME:
        raise SettingMismatch(f"malformed database name in an embedded URL: {expected}")
    if name in ("postgres", "template0", "template1"):
        raise SettingMismatch(f"embedded database {name!r} is PostgreSQL's own: use another name")
    return name


def write_url(state: State, database: str, role: str) -> str:
    """Return the URL, secret included, that libpq and every driver read alike."""
    password, folder = quote(state.passwords[role], safe=""), quote(state.socket, safe="")
    return f"postgresql://{quote(role, safe='')}:{password}@/{quote(database, safe='')}?host={folder}&port={PORT}"
