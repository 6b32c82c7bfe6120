"""The environment that ``tierguard run`` gives a command: one tier's connection and no other's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.model import Tier
from tierguard.text import conninfo
from tierguard.text.sealed import Sealed, SealedTexts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.evidence.config import Config
    from tierguard.model import Target

_PG: Final = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
# What libpq reads from a URL's query and from the environment under another name; the rest has no variable.
_PG_OPTIONS: Final = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "options": "PGOPTIONS",
    "service": "PGSERVICE",
    "hostaddr": "PGHOSTADDR",
    "application_name": "PGAPPNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


_SERVICE_FILES: Final = frozenset({"PGSERVICEFILE", "PGSYSCONFDIR"})  # where libpq looks a service up


def is_ambient(name: str, *, service: bool) -> bool:
    """Return whether a variable is one of libpq's that says where to connect, or how; a service needs its file."""
    return name.startswith("PG") and not (service and name in _SERVICE_FILES)


def child_environment(environ: Mapping[str, str], config: Config, target: Target, passfile: str) -> SealedTexts:
    """Return ``environ`` without ambient ``PG*`` and without any other tier's URL, set to ``target``.

    Args:
        environ: the parent's environment.
        config: names the variables of every tier of every database.
        target: the database that the child may use.
        passfile: a file that holds the password, as libpq reads it (section 32.16); empty where there is none.
    """
    secret = {name for database in config.databases.values() for s in database.sources.values() for name in s.variables}
    secret |= {s.migrator for database in config.databases.values() for s in database.sources.values() if s.migrator}
    delivered = config.database(target.database).deliver
    flags = set(config.flags.values()) | ({config.request} if config.request else set())
    dropped = secret | set(delivered) | flags | {"DATABASE_URL"}
    ours = _libpq(target.sealed)
    child = {
        name: value
        for name, value in environ.items()
        if name not in dropped and not is_ambient(name, service="PGSERVICE" in ours)
    }
    child |= ours
    if passfile:
        child["PGPASSFILE"] = passfile
    child |= dict.fromkeys(delivered, target.url)
    source = config.database(target.database).sources[target.tier]
    if source.url:
        child[source.url] = target.url
    elif source.parts:
        known = conninfo.parse(target.sealed).effective()
        child |= {variable: known.get(part, "") for part, variable in source.parts.items()}
    if target.tier in config.flags:  # there is none for INT
        child[config.flags[target.tier]] = "true"
    elif config.request and target.tier is not Tier.INT:
        child[config.request] = target.tier.value
    return SealedTexts(child)


def _libpq(url: Sealed) -> dict[str, str]:
    known = conninfo.parse(url).effective()
    names = _PG | _PG_OPTIONS
    return {names[key]: value for key, value in known.items() if key in names}


def passfile_line(url: str | Sealed) -> str:
    """Return the line of a password file for ``url``, or an empty string where it has no password."""
    known = conninfo.parse(url).effective()
    if not known.get("password"):
        return ""
    password, user, dbname = (_escape(known.get(key, "")) for key in ("password", "user", "dbname"))
    # The host stays open: behind a socket, an alias or several hosts libpq looks it up under another name.
    return f"*:*:{dbname or '*'}:{user or '*'}:{password}\n"


def _escape(field: str) -> str:
    return field.replace("\\", "\\\\").replace(":", "\\:")
