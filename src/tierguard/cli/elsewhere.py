"""PostgreSQL's client programs, whose arguments may lead to another server than the tier's."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from tierguard.errors import SettingMismatch
from tierguard.model import Operation, Tier
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tierguard.model import Target

# Each program's short options that take a value (their manual pages): a word after one of them is no database's name.
CLIENTS: Final = {
    "psql": "cdfFhLopPRTUv",
    "pgcli": "hpuUdDR",
    "createdb": "hpUODTElS",
    "dropdb": "hpU",
    "createuser": "acghmpUv",
    "dropuser": "hpU",
    "clusterdb": "dhptU",
    "reindexdb": "dhijpStU",
    "vacuumdb": "dhjnNpPtU",
    "pg_dump": "deEfFhjnNpStTUZ",
    "pg_dumpall": "dEfhlpSU",
    "pg_restore": "dfFhIjLnNpPStTU",
    "pgbench": "bcdDfFhIjLMpPRstTU",
}
_LONG: Final = {"host": "host", "port": "port", "dbname": "dbname", "maintenance-db": "dbname"}
_SHORT: Final = {"h": "host", "p": "port", "d": "dbname"}
_SHORTEST: Final = 2  # letters of a long option that may be abbreviated: --po for --port, beside --password
_URL: Final = re.compile(r"postgres(?:ql)?://")
_PAIR: Final = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|\S*)")
_PAIRS: Final = re.compile(rf"(?:{_PAIR.pattern})+\s*")
_NAMES_A_PLACE: Final = ("host", "hostaddr", "port", "service")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check_place(target: Target, command_line: Sequence[str]) -> None:
    """Refuse a PostgreSQL client on INT or STG that is told another server.

    Raises:
        PolicyRefused: nothing was run.
    """
    program = PurePath(command_line[0]).name
    if target.tier is Tier.PROD or program not in CLIENTS:
        return
    own = conninfo.parse(target.url).effective()
    if not (stray := find_stray(program, command_line[1:], own)):
        return
    from tierguard.databases.authorization import record_refusal
    from tierguard.errors import PolicyRefused

    refusal = PolicyRefused(
        f"{target.name}: the {stray} given to {program} names another server. Nothing was run.",
        hint="Leave it out: the tier's server is in PGHOST and PGPORT. Name another tier with --tier.",
        rule="client-elsewhere",
    )
    raise record_refusal(target, Operation.OPAQUE, refusal)


def find_stray(program: str, arguments: Sequence[str], own: Mapping[str, str]) -> str:
    """Return which part of the arguments leads to another server than ``own``, or an empty string."""
    for key, value in _read(CLIENTS[program], list(arguments)):
        for part, said in [(key, value)] if key != "dbname" else _place_of(value):
            if part in _NAMES_A_PLACE and not _same(part, said, own):
                return part
    return ""


def _read(valued: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what the words say of a host, a port, or a database; what no option takes may name a database."""
    while words:
        word = words.pop(0)
        if word == "--":
            yield from (("dbname", one) for one in words)
            return
        if word.startswith("--"):
            name, given, value = word[2:].partition("=")
            key = next((key for long, key in _LONG.items() if len(name) >= _SHORTEST and long.startswith(name)), "")
            if key:
                yield key, value if given else words.pop(0) if words else ""
        elif word.startswith("-"):
            place = next((place for place, letter in enumerate(word) if place and letter in valued), 0)
            if place:
                value = word[place + 1 :] or (words.pop(0) if words else "")
                yield _SHORT.get(word[place], ""), value
        else:
            yield "dbname", word


def _place_of(dbname: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a URL or of ``keyword=value`` pairs; a plain name of a database has none."""
    if _URL.match(dbname):
        try:
            yield from conninfo.parse(dbname).effective().items()
        except SettingMismatch:
            yield "host", dbname  # libpq may read more than we do
    elif _PAIRS.fullmatch(dbname):
        yield from ((key, value.strip("'")) for key, value in _PAIR.findall(dbname))


def _same(key: str, value: str, own: Mapping[str, str]) -> bool:
    mine = own.get(key, "5432" if key == "port" else "")
    return value == mine or (key == "host" and {value, mine} <= _LOOPBACK)
