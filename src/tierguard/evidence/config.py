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
from tierguard.evidence.checking import check_table, check_text
from tierguard.evidence.distinct import check_distinct
from tierguard.evidence.files import find, read_bytes
from tierguard.evidence.keys import AT_START, DATABASE, FLAGS, PARTS, SOURCE, STDERR, TOP
from tierguard.model import Tier
from tierguard.text.masking import show_word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.evidence.keys import Keys

DEFAULT: Final = "default"
_TOP: Final = "tool.tierguard"
_USUAL_URLS: Final = {Tier.INT: "TEST_DATABASE_URL", Tier.STG: "STG_DATABASE_URL", Tier.PROD: "DATABASE_URL"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the URL of one tier of one database comes from; each name is a variable's."""

    url: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    migrator: str = ""
    shared: bool = False
    per_worktree: bool = False
    backup: str = ""  # "provider" attests that the provider takes backups
    ask_above: int = int(SOURCE["ask_above"].default)
    statement_timeout: str = str(SOURCE["statement_timeout"].default)
    idle_timeout: str = str(SOURCE["idle_timeout"].default)

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the variables that the URL is read from."""
        return tuple(self.parts.values()) if self.parts else tuple(filter(None, (self.url, self.service)))


@dataclass(frozen=True, slots=True)
class Database:
    """One logical database of the project and its source on every tier."""

    name: str
    sources: Mapping[Tier, Source]
    url: str = ""  # one variable, of which each environment has its own value
    deliver: tuple[str, ...] = ()
    external: bool = False

    def is_elsewhere(self, tier: Tier, selected: Tier | None) -> bool:
        """Return whether another environment holds the URL of ``tier``: here the variable is the selected tier's."""
        return tier is not selected and self.shares_url(tier)

    def shares_url(self, tier: Tier) -> bool:
        """Return whether ``tier`` reads the one variable, whose name then says nothing about a tier."""
        return bool(self.url) and self.sources[tier].url == self.url


@dataclass(frozen=True, slots=True)
class Config:
    """The project's configuration. ``path`` is None where no file was found, ``digest`` the SHA-256 of its content."""

    root: Path
    path: Path | None
    project: str
    audit_log: Path | None  # None: standard error
    digest: str = ""
    audit_anchor: str = ""
    production_mode: str = str(TOP["production_mode"].default)
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
    own: Any = document
    if name == "pyproject.toml" or "tool" in document:
        for key in ("tool", "tierguard"):
            own = own.get(key, {})
            if not isinstance(own, dict):
                raise SettingMismatch(f"{key} in {name} must be a table.", hint=f"As in: [{_TOP}]")
    table: dict[str, Any] = own
    return table


def parse(table: Mapping[str, Any], path: Path) -> Config:
    """Turn the table of the file ``path`` into a configuration.

    Raises:
        SettingMismatch: a key is unknown or has a value of the wrong type.
    """
    check_table(table, TOP, _TOP)
    check_table(table.get("flags", {}), FLAGS, f"{_TOP}.flags")
    for key in ("aliases", "databases"):
        for name in table.get(key, {}):
            check_text(f"A name in {_TOP}.{key}", name)
    root, log = path.parent, str(_value(table, TOP, "audit_log"))
    flags = table.get("flags", {name: key.default for name, key in FLAGS.items()})
    aliases = {word.lower(): _known_tier(tier, f"aliases.{word}") for word, tier in table.get("aliases", {}).items()}
    if clash := set(aliases) & {tier.value for tier in Tier}:
        raise SettingMismatch(f"An alias may not redefine a tier: {', '.join(sorted(clash))}.")
    tables = {DEFAULT: {}, **table.get("databases", {})}
    config = Config(
        root=root,
        path=path,
        project=table.get("project") or root.name or "project",
        audit_log=None if log == STDERR else root / log,
        flags=MappingProxyType({Tier(name): variable for name, variable in flags.items() if variable}),
        aliases=MappingProxyType(aliases),
        local_hosts=tuple(table.get("local_hosts", ())),
        adopt_until=_day(table.get("adopt_until")),
        databases=_databases(tables),
        **{key: str(_value(table, TOP, key)) for key in ("audit_anchor", "production_mode", "request", "gate")},
    )
    check_distinct(config, [name for name, own in tables.items() if own.get("same_as", name) == name])
    return config


def _value(table: Mapping[str, Any], keys: Keys, name: str) -> object:
    return table.get(name, keys[name].default)


def _day(value: date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _databases(tables: Mapping[str, Any]) -> Mapping[str, Database]:
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SettingMismatch(f"{_TOP}.databases.{name} must be a table.")
        check_table(table, DATABASE, f"{_TOP}.databases.{name}")
    return MappingProxyType({name: _database(name, tables) for name in tables})


def _database(name: str, tables: Mapping[str, Any]) -> Database:
    table = tables[name]
    twin = table.get("same_as", name)
    if twin not in tables or tables[twin].get("same_as", twin) != twin:
        raise SettingMismatch(
            f"{_TOP}.databases.{name}.same_as must name a database with sources of its own.",
        )
    if twin != name and (stray := [key for key in ("url", *Tier) if key in table]):
        raise SettingMismatch(
            f"{_TOP}.databases.{name} has same_as and {', '.join(stray)}; only one of them can count.",
        )
    origin = tables[twin]
    common = origin.get("url", "")
    usual = dict.fromkeys(Tier, common) if common else _USUAL_URLS if twin == DEFAULT else {}
    sources = {
        tier: _source(f"{_TOP}.databases.{twin}.{tier}", origin.get(tier.value), usual.get(tier, "")) for tier in Tier
    }
    _check_worktrees(f"{_TOP}.databases.{twin}", sources)
    _check_bounds(f"{_TOP}.databases.{twin}", origin)
    return Database(
        name,
        MappingProxyType(sources),
        common,
        tuple(table.get("deliver", ())),
        external=table.get("external", False),
    )


def _check_worktrees(where: str, sources: Mapping[Tier, Source]) -> None:
    if stray := [tier.value for tier, source in sources.items() if source.per_worktree and tier is not Tier.INT]:
        raise SettingMismatch(f"{where}.{stray[0]}.per_worktree: only INT has one for each worktree.")
    if sources[Tier.INT].per_worktree and sources[Tier.INT].service:
        raise SettingMismatch(f"{where}.int.per_worktree needs a URL: a service says by itself which database it is.")


def _check_bounds(where: str, table: Mapping[str, Any]) -> None:
    bounds = ("ask_above", "statement_timeout", "idle_timeout")
    if stray := [f"{tier}.{key}" for tier in (Tier.INT, Tier.STG) for key in bounds if key in (table.get(tier) or {})]:
        raise SettingMismatch(f"{where}.{stray[0]}: only PROD has it, for what a person does there.")


def _source(where: str, given: Mapping[str, Any] | None, usual: str) -> Source:
    table: Mapping[str, Any] = {"url": usual} if given is None else given
    check_table(table, SOURCE, where)
    parts = table.get("parts", {})
    check_table(parts, PARTS, f"{where}.parts")
    if sum(bool(table.get(key)) for key in ("url", "parts", "service")) > 1:
        raise SettingMismatch(f"{where} has more than one of url, parts and service.")
    open_yet = table and not {"url", "parts", "service"} & table.keys()  # an empty table says that there is none
    own = {"url": usual} if open_yet else {}
    return Source(**{**own, **table, "parts": MappingProxyType(dict(parts))})


def _known_tier(value: object, where: str) -> Tier:
    try:
        return Tier(str(value))
    except ValueError:
        raise SettingMismatch(f"{_TOP}.{where} must be int, stg or prod.") from None
