"""``[tool.tierguard]`` as frozen values. A key that is not known is an error, never a silent default."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tierguard.errors import SettingMismatch, SettingMissing
from tierguard.evidence.distinct import check_distinct
from tierguard.evidence.files import find, read_bytes
from tierguard.evidence.keys import check_keys, check_text, check_variables
from tierguard.model import Tier
from tierguard.text.masking import show_word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT: Final = "default"
STDERR: Final = "stderr"  # as the place of the audit log; a file of that name is "./stderr"
AT_START: Final = "start"  # every Python of the environment is gated when it imports a driver
BY_CALL: Final = "call"  # only where install() is called
_SOURCE_KEYS = {"url": str, "parts": dict, "service": str, "migrator": str, "shared": bool, "backup": str}
_DATABASE_KEYS = {"int": dict, "stg": dict, "prod": dict, "deliver": list, "same_as": str, "external": bool}
_TOP_KEYS = {
    "project": str,
    "audit_log": str,
    "audit_anchor": str,
    "production_mode": str,
    "flags": dict,
    "request": str,
    "aliases": dict,
    "local_hosts": list,
    "adopt_until": date,
    "gate": str,
    "databases": dict,
}
_PARTS = {"host", "hostaddr", "port", "user", "password", "dbname", "sslmode", "options"}
_USUAL_URLS = {Tier.INT: "TEST_DATABASE_URL", Tier.STG: "STG_DATABASE_URL", Tier.PROD: "DATABASE_URL"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the URL of one tier of one database comes from; each name is a variable's."""

    url: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    migrator: str = ""
    shared: bool = False
    backup: str = ""  # "provider" attests that the provider takes backups

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the variables that the URL is read from."""
        return tuple(self.parts.values()) if self.parts else tuple(filter(None, (self.url, self.service)))


@dataclass(frozen=True, slots=True)
class Database:
    """One logical database of the project and its source on every tier."""

    name: str
    sources: Mapping[Tier, Source]
    deliver: tuple[str, ...] = ()
    external: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The project's configuration. ``path`` is None where no file was found, ``digest`` the SHA-256 of its content."""

    root: Path
    path: Path | None
    project: str
    audit_log: Path | None  # None: standard error
    digest: str = ""
    audit_anchor: str = ""
    production_mode: str = "TIERGUARD_PRODUCTION_MODE"
    flags: Mapping[Tier, str] = field(default_factory=dict)
    request: str = ""
    aliases: Mapping[str, Tier] = field(default_factory=dict)
    local_hosts: tuple[str, ...] = ()
    adopt_until: date | None = None
    gate: str = AT_START
    databases: Mapping[str, Database] = field(default_factory=dict)

    def database(self, name: str = DEFAULT) -> Database:
        """Return the database called ``name``.

        Raises:
            SettingMismatch: no such database; the message lists those there are.
        """
        if name not in self.databases:
            known = ", ".join(sorted(self.databases))
            raise SettingMismatch(f"There is no database {show_word(name)}.", hint=f"Configured: {known}.")
        return self.databases[name]

    def tier(self, word: str) -> Tier:
        """Return the tier that ``word`` names, by its own name or an alias, in any case.

        Raises:
            SettingMismatch: neither; the message lists what is allowed.
        """
        known = {tier.value: tier for tier in Tier} | dict(self.aliases)
        try:
            return known[word.strip().lower()]
        except KeyError:
            allowed = ", ".join(known)
            raise SettingMismatch(f"{show_word(word)} names no tier.", hint=f"Allowed: {allowed}.") from None


def load(start: Path | None = None) -> Config:
    """Return the project's configuration, read once per file version.

    Raises:
        SettingMissing: there is no configuration at or above ``start`` (the working directory).
        SettingMismatch: a key is unknown or has a value of the wrong type.
    """
    path = find(start)
    if path is None:
        raise SettingMissing(
            "No tierguard configuration here or above.",
            hint='Add [tool.tierguard] with project = "NAME" to pyproject.toml.',
        )
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _: int) -> Config:
    content = read_bytes(path)
    return replace(parse(read_table(content, path.name), path), digest=hashlib.sha256(content).hexdigest())


def read_table(content: bytes, name: str) -> dict[str, Any]:
    """Return tierguard's table in the content of a file called ``name``.

    Raises:
        SettingMismatch: it is not TOML.
    """
    try:
        document = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number or a nesting beyond Python's bounds
        raise SettingMismatch(f"{name} is not valid TOML: {error}.") from None
    if name != "pyproject.toml" and "tool" not in document:
        return document
    own: dict[str, Any] = _table_in(_table_in(document, "tool", "tool"), "tierguard", "tool.tierguard")
    return own


def _table_in(table: Mapping[str, Any], key: str, where: str) -> Any:
    inner = table.get(key, {})
    if not isinstance(inner, dict):
        raise SettingMismatch(f"{where} must be a table.")
    return inner


def parse(table: Mapping[str, Any], path: Path) -> Config:
    """Turn the table of the file ``path`` into a configuration.

    Raises:
        SettingMismatch: a key is unknown or has a value of the wrong type.
    """
    check_keys(table, _TOP_KEYS, "tool.tierguard")
    root = path.parent
    log = table.get("audit_log", "logs/database_audit.jsonl")
    flags = table.get("flags", {"stg": "USE_STG_DATABASE", "prod": "USE_PROD_DATABASE"})
    check_keys(flags, {"stg": str, "prod": str}, "tool.tierguard.flags")
    check_variables("tool.tierguard.flags", flags.items())
    check_variables("tool.tierguard", [(key, table[key]) for key in ("production_mode", "request") if key in table])
    for key in ("aliases", "databases"):
        for name in table.get(key, {}):
            check_text(f"A name in tool.tierguard.{key}", name)
    aliases = {word.lower(): _known_tier(tier, f"aliases.{word}") for word, tier in table.get("aliases", {}).items()}
    if clash := set(aliases) & {tier.value for tier in Tier}:
        raise SettingMismatch(f"An alias may not redefine a tier: {', '.join(sorted(clash))}.")
    tables = {DEFAULT: {}, **table.get("databases", {})}
    config = Config(
        root=root,
        path=path,
        project=table.get("project") or root.name or "project",
        audit_log=None if log == STDERR else root / log,
        audit_anchor=table.get("audit_anchor", ""),
        production_mode=table.get("production_mode", "TIERGUARD_PRODUCTION_MODE"),
        flags=MappingProxyType({Tier(name): variable for name, variable in flags.items()}),
        request=table.get("request", ""),
        aliases=MappingProxyType(aliases),
        local_hosts=tuple(table.get("local_hosts", ())),
        adopt_until=_day(table.get("adopt_until")),
        gate=_gate(table.get("gate", AT_START)),
        databases=_databases(tables),
    )
    check_distinct(config, [name for name, own in tables.items() if own.get("same_as", name) == name])
    return config


def _day(value: date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _gate(word: str) -> str:
    if word not in {AT_START, BY_CALL}:
        raise SettingMismatch(f'tool.tierguard.gate may only be "{AT_START}" or "{BY_CALL}".')
    return word


def _databases(tables: Mapping[str, Any]) -> Mapping[str, Database]:
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SettingMismatch(f"tool.tierguard.databases.{name} must be a table.")
        check_keys(table, _DATABASE_KEYS, f"tool.tierguard.databases.{name}")
        check_variables(f"tool.tierguard.databases.{name}", [("deliver", one) for one in table.get("deliver", ())])
    return MappingProxyType({name: _database(name, tables) for name in tables})


def _database(name: str, tables: Mapping[str, Any]) -> Database:
    table = tables[name]
    twin = table.get("same_as", name)
    if twin not in tables or tables[twin].get("same_as", twin) != twin:
        raise SettingMismatch(
            f"tool.tierguard.databases.{name}.same_as must name a database with sources of its own.",
        )
    if twin != name and (stray := [tier.value for tier in Tier if tier.value in table]):
        raise SettingMismatch(
            f"tool.tierguard.databases.{name} has same_as and {', '.join(stray)}; only one of them can count.",
        )
    origin = tables[twin]
    usual = {tier.value: {"url": variable} for tier, variable in _USUAL_URLS.items()} if twin == DEFAULT else {}
    sources = {
        tier: _source(f"tool.tierguard.databases.{twin}.{tier}", origin.get(tier.value, usual.get(tier.value, {})))
        for tier in Tier
    }
    return Database(
        name, MappingProxyType(sources), tuple(table.get("deliver", ())), external=table.get("external", False)
    )


def _source(where: str, table: Mapping[str, Any]) -> Source:
    check_keys(table, _SOURCE_KEYS, where)
    parts = table.get("parts", {})
    check_keys(parts, dict.fromkeys(_PARTS, str), f"{where}.parts")
    check_variables(where, [(key, table[key]) for key in ("url", "migrator") if key in table])
    check_variables(f"{where}.parts", parts.items())
    if sum(bool(table.get(key)) for key in ("url", "parts", "service")) > 1:
        raise SettingMismatch(f"{where} has more than one of url, parts and service.")
    if table.get("backup", "provider") != "provider":
        raise SettingMismatch(f'{where}.backup may only be "provider".')
    return Source(**{**table, "parts": MappingProxyType(dict(parts))})


def _known_tier(value: object, where: str) -> Tier:
    try:
        return Tier(str(value))
    except ValueError:
        raise SettingMismatch(f"tool.tierguard.{where} must be int, stg or prod.") from None
