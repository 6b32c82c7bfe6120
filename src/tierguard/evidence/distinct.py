"""No variable has two meanings: one that gave two tiers their URL would make them one database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tierguard.evidence.config import Config, Source

_PLACE: Final = ("host", "hostaddr", "port", "dbname")


def check_distinct(config: Config, names: Collection[str]) -> None:
    """Refuse a configuration in which one variable means two things.

    Two tiers may share parts of a place, such as a host or a user; all of it they may not.

    Args:
        config: what was read.
        names: the databases that have sources of their own, so not those that are ``same_as`` another.

    Raises:
        SettingMismatch: the message names both keys.
    """
    known: dict[str, tuple[str, str]] = {}
    for key, meaning, part in _meanings(config, names):
        other, role = known.setdefault(meaning, (key, part))
        if other != key and (not part or part != role):
            raise SettingMismatch(
                f"tool.tierguard.{other} and tool.tierguard.{key} both read {meaning}.",
                hint='Each needs a variable of its own. same_as = "NAME" says that two databases are one; '
                'databases.NAME.url = "VARIABLE" says that each environment has its own value of one variable.',
            )


def _meanings(config: Config, names: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Give each key, what it reads, and the part of a place if it is only that."""
    yield from ((f"flags.{tier}", variable, "") for tier, variable in config.flags.items() if variable)
    yield from ((key, value, "") for key in ("production_mode", "request") if (value := getattr(config, key)))
    for name in names:
        database = config.databases[name]
        for tier, source in database.sources.items():
            common = bool(database.url) and source.url == database.url  # each environment has its own value of it
            where = f"databases.{name}" if common else f"databases.{name}.{tier}"
            yield from _read_by(where, source)


def _read_by(where: str, source: Source) -> Iterator[tuple[str, str, str]]:
    yield from ((f"{where}.{key}", value, "") for key in ("url", "migrator") if (value := getattr(source, key)))
    yield from ((f"{where}.parts.{part}", variable, part) for part, variable in source.parts.items() if variable)
    if source.service:
        yield f"{where}.service", f"the service {source.service}", ""
    if source.parts:
        decisive = _PLACE if "dbname" in source.parts else (*_PLACE, "user")  # whose name is the database's, by default
        place = [f"{part} {source.parts[part]}" for part in decisive if part in source.parts]
        yield f"{where}.parts", " and ".join(place), ""
