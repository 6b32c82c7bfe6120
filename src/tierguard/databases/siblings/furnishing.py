"""What a database holds beside the project's own objects: extensions, and who may use what in it.

Emptying a database leaves these. A new one gets them before it is filled, so that it is the old one, emptied.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tierguard.databases.connection import fetch, run
from tierguard.databases.siblings.listing import open_inside
from tierguard.errors import TierguardError
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.databases.siblings.lease import Server

# Each extension with its schema, and whether this role could create it (PostgreSQL manual, section 36.17.1).
_EXTENSIONS: Final = """\
SELECT e.extname, n.nspname, e.extname = 'plpgsql' OR coalesce((SELECT u.rolsuper OR NOT v.superuser OR v.trusted
  FROM pg_catalog.pg_available_extension_versions v, pg_catalog.pg_roles u
  WHERE v.name = e.extname AND v.version = e.extversion AND u.rolname = CURRENT_USER), false)
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY e.oid
"""
# Who may do what in the schema public, and what is granted by default; what the server itself would grant counts too.
_GRANTS: Final = """\
SELECT 'SCHEMA', '', '', coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE n.nspname = 'public'
UNION ALL
SELECT d.defaclobjtype::text, pg_catalog.pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''),
  coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace,
  pg_catalog.aclexplode(d.defaclacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
WHERE d.defaclnamespace = 0 OR n.nspname = 'public'
UNION ALL
SELECT 'usual ' || d.defaclobjtype::text, pg_catalog.pg_get_userbyid(d.defaclrole), '',
  coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
FROM pg_catalog.pg_default_acl d, pg_catalog.aclexplode(pg_catalog.acldefault(
    CASE d.defaclobjtype WHEN 'S' THEN 's'::"char" ELSE d.defaclobjtype END, d.defaclrole)) a
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE d.defaclnamespace = 0
"""
_KINDS: Final = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS", "L": "LARGE OBJECTS"}
_USUAL: Final = "usual "


class Grantable(NamedTuple):
    """One privilege of one role: on the schema public, or by default on what ``owner`` makes, in ``schema`` or all."""

    kind: str
    owner: str
    schema: str
    grantee: str
    privilege: str
    may_grant: bool


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is inside of one database and nobody's of the project."""

    extensions: tuple[tuple[str, str, bool], ...]
    grants: frozenset[Grantable]
    usual: frozenset[Grantable]  # what the server grants by itself, of the kinds for which something else was said

    @property
    def digest(self) -> str:
        """Return a hash: a database that was prepared with other furniture is another one."""
        return hashlib.sha256(repr((self.extensions, sorted(self.grants))).encode()).hexdigest()


def read_furniture(server: Server, name: str) -> Furniture:
    """Return what is in the database ``name``.

    Raises:
        TierguardError: it does not say.
    """
    with open_inside(server, name) as connection:
        return _read(connection)


def find_missing(server: Server) -> str:
    """Return the extensions of the target's database that this role could not create in a new one, or nothing."""
    found = read_furniture(server, server.name)
    if closed := {name for name, _, creatable in found.extensions if not creatable}:
        try:
            closed -= {name for name, _, _ in read_furniture(server, "template1").extensions}
        except TierguardError:  # nobody may connect to it: then what is in it is not known
            return ", ".join(sorted(closed))
    return ", ".join(sorted(closed))


def furnish(server: Server, name: str, wanted: Furniture) -> tuple[str, ...]:
    """Give the new database ``name`` what the target's has; return what this role may not give it, in words."""
    with open_inside(server, name) as connection:
        there, refused = _read(connection), []
        for statement, what in [*_extend(there, wanted), *_grant(there, wanted)]:
            try:
                run(connection, statement, what=what)
            except TierguardError as error:
                refused.append(error.message)
    return tuple(refused)


def _read(connection: Any) -> Furniture:
    extensions = fetch(connection, _EXTENSIONS, what="The extensions cannot be listed")
    rows = {Grantable(*row) for row in fetch(connection, _GRANTS, what="The privileges cannot be listed")}
    usual = {one._replace(kind=one.kind.removeprefix(_USUAL)) for one in rows if one.kind.startswith(_USUAL)}
    return Furniture(
        tuple((name, schema, creatable) for name, schema, creatable in extensions),
        frozenset(one for one in rows if not one.kind.startswith(_USUAL)),
        frozenset(usual),
    )


def _extend(there: Furniture, wanted: Furniture) -> Iterator[tuple[str, str]]:
    known = {name for name, _, _ in there.extensions}
    for name, schema, _ in wanted.extensions:
        if name not in known:
            place, what = quote_identifier(schema), f"The extension {name} is not in the new database"
            yield f"CREATE SCHEMA IF NOT EXISTS {place}", what
            yield f"CREATE EXTENSION IF NOT EXISTS {quote_identifier(name)} SCHEMA {place} CASCADE", what


def _grant(there: Furniture, wanted: Furniture) -> Iterator[tuple[str, str]]:
    said = {(one.kind, one.owner) for one in there.grants}
    # Where the new database says nothing of a kind, it has what is usual, and so has the old one of other kinds.
    now = there.grants | {one for one in wanted.usual if (one.kind, one.owner) not in said}
    then = wanted.grants | {
        one for one in there.usual if (one.kind, one.owner) not in {(w.kind, w.owner) for w in wanted.grants}
    }
    for one in sorted(now - then):
        yield _write(one, f"REVOKE {one.privilege} ON", "FROM"), f"{one.grantee or 'PUBLIC'} keeps {one.privilege}"
    for one in sorted(then - now):
        option = " WITH GRANT OPTION" if one.may_grant else ""
        yield (
            _write(one, f"GRANT {one.privilege} ON", "TO") + option,
            f"{one.grantee or 'PUBLIC'} does not get {one.privilege}",
        )


def _write(one: Grantable, what: str, preposition: str) -> str:
    who = quote_identifier(one.grantee) if one.grantee else "PUBLIC"
    if one.kind == "SCHEMA":
        return f"{what} SCHEMA public {preposition} {who}"
    place = f" IN SCHEMA {quote_identifier(one.schema)}" if one.schema else ""
    owner = quote_identifier(one.owner)
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner}{place} {what} {_KINDS[one.kind]} {preposition} {who}"
