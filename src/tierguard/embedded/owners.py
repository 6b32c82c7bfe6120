"""One owner per tier, and databases that only their owner may enter."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.deciding.derived import MARK, shorten
from tierguard.embedded._admin import SUPERUSER, Admin, connect
from tierguard.embedded.state import State, save
from tierguard.errors import SettingMismatch
from tierguard.text.sealed import Sealed, SealedTexts

if TYPE_CHECKING:
    from tierguard.embedded.home import Home


def name_role(project: str, tier: str) -> str:
    """Return the name of the role that owns a tier's databases.

    >>> name_role("Insta-Instru", "int")
    'insta_instru_int'
    """
    plain = re.sub("[^a-z0-9]+", "_", project.lower())[:50].strip("_")
    return f"{plain or 'project'}_{tier}"


def is_there(state: State, database: str, role: str) -> bool:
    """Tell, without connecting, whether a database that was made for ``role`` still exists.

    A dropped database loses its folder at once. One that was renamed away by hand still counts as there.
    """
    owner, oid = state.databases.get(database, ("", 0))
    return state.ready and owner == role and role in state.passwords and Path(state.data, "base", str(oid)).is_dir()


def provide(home: Home, state: State, database: str, role: str) -> State:
    """Make the role and its empty database where they are missing, with the start lock held.

    Raises ``SettingMismatch`` if the database belongs to another tier.
    """
    if not state.ready:
        with connect(state, "template1") as admin:
            admin.run("CREATE EXTENSION IF NOT EXISTS vector")
        state = save(home, replace(state, ready=True))
    with connect(state) as admin:
        if role not in state.passwords:
            state = save(home, replace(state, passwords=state.passwords | provide_role(admin, role)))
        oid = provide_database(admin, database, role)
        entries = {**state.databases, database: (role, oid)}
        if entries != state.databases:
            write_rules(home, state, {name: owner for name, (owner, _) in entries.items()})
            admin.run("SELECT pg_reload_conf()")
            state = save(home, replace(state, databases=entries))
    return state


def provide_role(admin: Admin, role: str) -> SealedTexts:
    """Give a tier's owner a new password, making the role if it is absent. Return the password under its name."""
    password = Sealed(os.urandom(24).hex())
    exists = admin.run(f"SELECT 1 FROM pg_roles WHERE rolname = {admin.text(role)}")  # noqa: S608 - quoted
    verb = "ALTER" if exists else "CREATE"
    secret = admin.text(admin.encrypt(role, password.open()))
    admin.run(f"{verb} ROLE {admin.name(role)} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD {secret}")
    return SealedTexts({role: password.open()})


def provide_database(admin: Admin, database: str, role: str) -> int:
    """Make the database if it is absent and return its oid."""
    query = f"SELECT oid, pg_get_userbyid(datdba) FROM pg_database WHERE datname = {admin.text(database)}"  # noqa: S608 - quoted
    if not admin.run(query):
        admin.run(f"CREATE DATABASE {admin.name(database)} OWNER {admin.name(role)}")
        admin.run(f"REVOKE ALL ON DATABASE {admin.name(database)} FROM PUBLIC")
    ((oid, owner),) = admin.run(query)
    if owner != role:
        raise SettingMismatch(
            f"embedded database {database!r} belongs to {owner}, not to {role}",
            hint="Give every tier a database name of its own.",
        )
    return int(oid or 0)


def write_rules(home: Home, state: State, owners: dict[str, str]) -> None:
    """Write who may connect to what, in one step."""
    file = Path(state.data, "pg_hba.conf")
    new = file.with_name("pg_hba.conf.new")
    new.touch(mode=0o600)
    new.write_text(rules(owners))
    made = file.stat()
    if made.st_uid != os.geteuid():
        os.chown(new, made.st_uid, made.st_gid)
    new.replace(file)
    home.own(file)


def rules(owners: dict[str, str]) -> str:
    """Return ``pg_hba.conf``: passwords for everybody, and of the tiers only a database's owner.

    The tools' copies of a database follow it by their names, so that a copy made by STG's owner, whose grants
    PostgreSQL sets anew, is as closed to INT as the original.
    """
    lines = [f"local all {SUPERUSER} scram-sha-256"]
    for name, owner in sorted(owners.items()):
        pattern = f'"/^({re.escape(name)}|{re.escape(shorten(name))}{MARK}.*)$"'.replace("\\-", "-")
        lines += [f'local {pattern} "{owner}" scram-sha-256', f"local {pattern} all reject"]
    return "\n".join([*lines, "local all all scram-sha-256", ""])
