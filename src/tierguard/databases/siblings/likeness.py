"""What belongs to a database's name rather than to what is in it: encoding, settings, privileges.

They follow the database's oid, so a new database that takes over the name has to be given them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tierguard.databases.connection import fetch, run
from tierguard.errors import TierguardError
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.databases.siblings.lease import Server

# As JSON, because the locale's column has another name in each major version.
_FORM: Final = """\
SELECT pg_catalog.row_to_json(d)::text, pg_catalog.pg_encoding_to_char(d.encoding), s.spcname
FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace s ON s.oid = d.dattablespace WHERE d.datname IN ({names})
ORDER BY d.datname = 'template1'
"""
_SETTINGS: Final = """\
SELECT coalesce(r.rolname, ''), s.setconfig FROM pg_catalog.pg_db_role_setting s
JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
WHERE d.datname = """
_PRIVILEGES: Final = """\
SELECT coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
FROM pg_catalog.pg_database d LEFT JOIN LATERAL pg_catalog.aclexplode(d.datacl) a ON true
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
WHERE d.datacl IS NOT NULL AND d.datname = """
_OWNER: Final = """\
SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database
WHERE datdba <> CURRENT_USER::pg_catalog.regrole AND datname = """
_PROVIDERS: Final = {"c": "libc", "i": "icu", "b": "builtin"}
# A list is one value to SET, and each of its parts is quoted by itself (PostgreSQL manual, GUC_LIST_QUOTE).
_LISTS: Final = frozenset(
    {"local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries"}
    | {"temp_tablespaces", "unix_socket_directories"}
)

_NOTHING: Final = frozenset({"", '""'})  # the empty list, which is written as an empty text


def creation_options(server: Server) -> str:
    """Return what CREATE DATABASE has to say for an empty database like the target's; mostly nothing."""
    names = f"{quote_literal(server.name)}, 'template1'"
    rows = fetch(server.admin, _FORM.format(names=names), what="The database's encoding cannot be read")
    (mine, encoding, space), (usual, _, usual_space) = ((json.loads(form), *rest) for form, *rest in rows)
    own, model = _locale(mine), _locale(usual)
    tablespace = "" if space == usual_space else f" TABLESPACE {quote_identifier(space)}"
    if (own, mine["encoding"]) == (model, usual["encoding"]):
        return tablespace
    return f" TEMPLATE template0 ENCODING {quote_literal(encoding)}{_write_locale(own)}{tablespace}"


def ownership(server: Server) -> str:
    """Return what CREATE DATABASE has to say where the target's database belongs to another role."""
    rows = fetch(server.admin, _OWNER + quote_literal(server.name), what="The database's owner cannot be read")
    return f" OWNER {quote_identifier(rows[0][0])}" if rows else ""


def dress(server: Server, name: str) -> tuple[str, ...]:
    """Give the database ``name`` the settings, the limit and the privileges of the target's.

    Returns what this role may not set, in words: it is then as for a new database.
    """
    there, refused = quote_identifier(name), []
    for statement, what in [*_settings(server, there), *_privileges(server, there), *_limits(server, there)]:
        try:
            run(server.admin, statement, what=what)
        except TierguardError as error:
            refused.append(error.message)
    return tuple(refused)


def _locale(form: dict[str, Any]) -> tuple[str, ...]:
    icu = form.get("datlocale") or form.get("daticulocale") or ""
    return form["datlocprovider"], form["datcollate"], form["datctype"], icu, form.get("daticurules") or ""


def _write_locale(locale: tuple[str, ...]) -> str:
    provider, collate, ctype, name, rules = locale
    words = (
        f" LOCALE_PROVIDER {_PROVIDERS[provider]} LC_COLLATE {quote_literal(collate)} LC_CTYPE {quote_literal(ctype)}"
    )
    if name:
        words += f" {'ICU_LOCALE' if provider == 'i' else 'BUILTIN_LOCALE'} {quote_literal(name)}"
    return words + (f" ICU_RULES {quote_literal(rules)}" if rules else "")


def _settings(server: Server, there: str) -> Iterator[tuple[str, str]]:
    rows = fetch(server.admin, _SETTINGS + quote_literal(server.name), what="The database's settings cannot be read")
    for role, settings in rows:
        for setting in settings:
            key, _, value = setting.partition("=")
            owner = f"ROLE {quote_identifier(role)} IN DATABASE {there}" if role else f"DATABASE {there}"
            # A list is stored quoted already; quoted again it would be one name.
            listed = key.lower() in _LISTS and value not in _NOTHING
            written = value if listed else quote_literal("" if key.lower() in _LISTS else value)
            yield f"ALTER {owner} SET {_name(key)} TO {written}", f"{key} is not set on the new database"


def _name(key: str) -> str:
    return ".".join(map(quote_identifier, key.split(".")))


def _privileges(server: Server, there: str) -> Iterator[tuple[str, str]]:
    rows = fetch(server.admin, _PRIVILEGES + quote_literal(server.name), what="The privileges cannot be read")
    if rows:  # none is what a new database has
        yield f"REVOKE ALL ON DATABASE {there} FROM PUBLIC", "PUBLIC keeps its privileges on the new database"
    for role, privilege, grantable in [row for row in rows if row[1]]:
        grantee = quote_identifier(role) if role else "PUBLIC"
        option = " WITH GRANT OPTION" if grantable else ""
        yield (
            f"GRANT {privilege} ON DATABASE {there} TO {grantee}{option}",
            f"{role or 'PUBLIC'} does not get {privilege} on the new database",
        )


def _limits(server: Server, there: str) -> Iterator[tuple[str, str]]:
    query = f"SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = {quote_literal(server.name)}"  # noqa: S608 - quoted
    ((limit,),) = fetch(server.admin, query, what="The database's limit cannot be read")
    if limit >= 0:
        yield f"ALTER DATABASE {there} CONNECTION LIMIT {limit}", "The new database has no connection limit"
