"""What holds, and where it came from: each key of the configuration, and each variable that it names. No secret."""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.errors import SettingMismatch
from tierguard.evidence import dotenv
from tierguard.evidence.config import read_table
from tierguard.evidence.files import read_bytes
from tierguard.evidence.keys import DATABASE, SOURCE, TOP, Kind
from tierguard.model import Tier
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tierguard.evidence.config import Config, Database

_DEFAULT: Final = "default"
_ENVIRONMENT: Final = "environment"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable that a key names. ``value`` is None where it is not set, and shows no secret."""

    name: str
    value: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One key that holds: its value, the file and line or "default" that it came from, and the variables it names."""

    key: str
    value: Any
    origin: str
    variables: tuple[Variable, ...] = ()


def find_settings(config: Config, environ: Mapping[str, str]) -> list[Setting]:
    """Return every key that holds, in the order of their tables. Nothing is connected to.

    Raises:
        SettingMismatch: ``.env`` is no file.
    """
    content = read_bytes(config.path) if config.path else b""
    name = config.path.name if config.path else ""
    return list(_Reader(config, environ, read_table(content, name), name, find_lines(content)).read())


def find_lines(content: bytes) -> dict[tuple[str, ...], int]:
    """Return the line of every key in a TOML file, by its whole path, as a table's and as a value's.

    The file is parsed up to each line in turn: what is new then began on the line after the last such.
    """
    lines = content.decode().splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if "tierguard" in line and line.lstrip()[:1] == "["), 0)
    if not _parses("".join(lines[first:])):
        first = 0  # the line stands in a text of several lines
    found: dict[tuple[str, ...], int] = {}
    begin = first
    for end in range(first + 1, len(lines) + 1):
        text = "".join(lines[first:end])
        if not _parses(text):
            continue  # in the middle of a value
        fresh = [path for path in _paths(tomllib.loads(text)) if path not in found]
        found |= dict.fromkeys(fresh, next(_statements(lines, begin, end), begin) + 1)
        begin = end
    return found


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _statements(lines: list[str], begin: int, end: int) -> Iterator[int]:
    yield from (at for at in range(begin, end) if lines[at].strip() and not lines[at].lstrip().startswith("#"))


def _paths(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        path = (*above, key)
        yield path
        if isinstance(value, dict):
            yield from _paths(value, path)


class _Reader:
    """Goes through the tables of keys beside what the file says."""

    def __init__(
        self,
        config: Config,
        environ: Mapping[str, str],
        table: Mapping[str, Any],
        name: str,
        lines: Mapping[tuple[str, ...], int],
    ) -> None:
        self.config, self.environ, self.table, self.name = config, environ, table, name
        self.lines = {path[2:] if path[:2] == ("tool", "tierguard") else path: line for path, line in lines.items()}
        self.file = dotenv.find(config.root)
        self.dotenv, self.dotenv_lines = dotenv.read(self.file), _dotenv_lines(self.file)

    def read(self) -> Iterator[Setting]:
        for key, known in TOP.items():
            if key == "flags":
                yield from self._flags()
            elif key == "aliases":
                aliases = self.table.get(key, {})
                yield from (Setting(f"{key}.{word}", tier, self._at(key, word)) for word, tier in aliases.items())
            elif key == "databases":
                for name, database in self.config.databases.items():
                    yield from self._database(name, database)
            elif key == "project":
                yield Setting(key, self.config.project, self._at(key) if self.table.get(key) else "the folder's name")
            elif key in self.table or known.default != "":
                value = self.table.get(key, known.default)
                named = (self._switch(value),) if known.kind is Kind.VARIABLE and value else ()
                yield Setting(key, _plain(value), self._at(key) if key in self.table else _DEFAULT, named)

    def _flags(self) -> Iterator[Setting]:
        given = self.table.get("flags")
        for tier, variable in self.config.flags.items():
            origin = _DEFAULT if given is None else self._at("flags", tier.value)
            yield Setting(f"flags.{tier}", variable, origin, (self._switch(variable),))

    def _database(self, name: str, database: Database) -> Iterator[Setting]:
        table = self.table.get("databases", {}).get(name, {})
        for key in DATABASE:
            if key in table and key not in set(Tier):
                named = (self._variable(table[key], _show_url),) if key == "url" else ()
                yield Setting(f"databases.{name}.{key}", _plain(table[key]), self._at("databases", name, key), named)
        if "same_as" not in table:
            for tier in Tier:
                yield from self._tier(("databases", name, tier.value), database, tier, table.get(tier.value, {}))

    def _tier(
        self, where: tuple[str, ...], database: Database, tier: Tier, own: Mapping[str, Any]
    ) -> Iterator[Setting]:
        source = database.sources[tier]
        for key in SOURCE:
            value = getattr(source, key)
            if not value or (key == "url" and key not in own and database.url):
                continue  # of the database's one variable it was said already
            if key == "parts":
                for part, name in value.items():
                    show = _hide if part == "password" else masking.mask
                    at = self._at(*where, key, part)
                    yield Setting(".".join((*where, key, part)), name, at, (self._variable(name, show),))
            else:
                named = (self._variable(value, _show_url),) if key in {"url", "migrator"} else ()
                at = self._at(*where, key) if key in own else _DEFAULT
                yield Setting(".".join((*where, key)), value, at, named)

    def _at(self, *path: str) -> str:
        known = [path[:end] for end in range(len(path), 0, -1) if path[:end] in self.lines]
        return f"{self.name}:{self.lines[known[0]]}" if known else self.name

    def _switch(self, name: str) -> Variable:
        """Return a variable that counts from the environment alone: no file speaks for it."""
        value = self.environ.get(name)
        return Variable(name, None if value is None else _word(value), _ENVIRONMENT if value is not None else "not set")

    def _variable(self, name: str, show: Callable[[str], str]) -> Variable:
        if name in self.environ:
            value, origin = self.environ[name].strip(), _ENVIRONMENT
        else:
            value, origin = self.dotenv.get(name, "").strip(), f"{self.file.name}:{self.dotenv_lines.get(name, 0)}"
        return Variable(name, show(value), origin) if value else Variable(name, None, "not set")


def _dotenv_lines(path: Path) -> Mapping[str, int]:
    from dotenv.parser import parse_stream

    if not path.is_file():
        return {}
    text = io.StringIO(path.read_bytes().decode("utf-8-sig", "replace"))
    return {binding.key: _first_line(binding.original) for binding in parse_stream(text) if binding.key}


def _first_line(original: Any) -> int:
    """Return the line of the binding itself: the parser counts blank lines before it to it."""
    text: str = original.string
    return int(original.line) + text[: len(text) - len(text.lstrip())].count("\n")


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | bool | list) else str(value)


def _word(value: str) -> str:
    """Return a switch's value; one that is none may be a secret in the wrong place."""
    return value if value.strip().lower() in {"0", "1"} else masking.show_word(value).strip("'")


def _hide(value: str) -> str:
    del value
    return masking.MASK


def _show_url(value: str) -> str:
    url = Sealed(value)
    del value
    try:
        parsed = conninfo.parse(url, name="it")
    except SettingMismatch as mismatch:
        return f"not usable: {mismatch.message}"
    masking.remember(parsed.effective().get("password"))
    return masking.mask(url.open())
