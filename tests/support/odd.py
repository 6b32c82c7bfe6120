"""Broken configurations and odd environments, made from a seed: the same seed makes the same one again."""

from __future__ import annotations

import copy
import json
from datetime import date, datetime, time
from random import Random

SECRET = "Zq7secret"
URL = f"postgresql://shop:{SECRET}@127.0.0.1:1/shop"
VALID = {
    "project": "shop",
    "audit_log": "logs/audit.jsonl",
    "audit_anchor": "anchor.jsonl",
    "production_mode": "SHOP_PRODUCTION",
    "flags": {"stg": "USE_STG_DATABASE", "prod": "USE_PROD_DATABASE"},
    "request": "APP_ENV",
    "aliases": {"dev": "int", "live": "prod"},
    "local_hosts": ["db"],
    "adopt_until": date(2026, 1, 1),
    "databases": {
        "default": {
            "int": {"url": "TEST_DATABASE_URL"},
            "stg": {"url": "STG_DATABASE_URL", "shared": True},
            "prod": {"parts": {"host": "DB_HOST", "user": "DB_USER", "password": "DB_PASSWORD", "dbname": "DB_NAME"}},
            "deliver": ["DATABASE_URL"],
        },
        "replica": {"same_as": "default"},
        "one": {"url": "ONE_URL", "int": {"service": "one"}},
        "events": {
            "external": True,
            "prod": {"service": "events", "backup": "provider", "migrator": "EVENTS_MIGRATOR"},
        },
    },
}
VALUES = [
    *(
        0,
        1,
        -1,
        10**30,
        1.5,
        float("nan"),
        float("inf"),
        True,
        False,
        "",
        " ",
        "\0",
        "\n",
        "\x1b[2J",
        "\u202eevil",
        "ü",
    ),
    *(
        "/",
        "..",
        "../..",
        "/dev/null",
        "int",
        "prod",
        "default",
        "stderr",
        "x" * 70_000,
        URL,
        f"password={SECRET}",
        "a b",
    ),
    *([], [[]], [1], ["a", 1], ["\0"], [URL], [{}], {}, {"a": {}}, {"": ""}, {"url": "A"}, {"url": {"url": "A"}}),
    *(date(1, 1, 1), date(9999, 12, 31), datetime(2026, 1, 1, 12), time(1, 2), "DATABASE_URL", "TEST_DATABASE_URL"),  # noqa: DTZ001
]
KEYS = [
    "",
    " ",
    "url",
    "int",
    "PROD",
    "tool",
    "projct",
    "a.b",
    "\0",
    "\x1b[31m",
    "é",
    URL,
    "x" * 5000,
    "same_as",
    "parts",
]
TEXTS = {
    "nothing": b"",
    "not TOML": b"project = ",
    "twice": b'project = "a"\nproject = "b"\n',
    "byte order mark": b'\xef\xbb\xbfproject = "shop"\n',
    "UTF-16": 'project = "shop"\n'.encode("utf-16"),
    "Latin-1": 'project = "fl\xfcgel"\n'.encode("latin-1"),
    "NUL": b'project = "a\0b"\n',
    "tool is a list": b"tool = []\n",
    "tool is a list of tables": b"[[tool]]\ntierguard = 1\n",
    "tierguard is a number": b"[tool]\ntierguard = 5\n",
    "tierguard is a list": b"[[tool.tierguard]]\nproject = 'a'\n",
    "deep": b"project = " + b"[" * 5000 + b"]" * 5000,
    "deep keys": b".".join([b"a"] * 3000) + b" = 1\n",
    "huge number": b"project = " + b"9" * 6000,
    "no such day": b"adopt_until = 2026-02-31\n",
    "carriage returns": b'project = "shop"\rflags = 1\r',
    "binary": bytes(range(256)),
    "a secret": f'project = "{URL}\n'.encode(),
}


def seeded(seed: int) -> Random:
    """Return the numbers of this seed."""
    return Random(seed)  # noqa: S311 - no secret is made of them


def break_configuration(random: Random) -> dict[str, object]:
    """Return a configuration with one to three places changed."""
    table = copy.deepcopy(VALID)
    for _ in range(random.randint(1, 3)):
        places = list(_places(table))
        owner, key = random.choice(places)
        match random.randrange(6):
            case 0:
                del owner[key]
            case 1:
                owner[random.choice(KEYS)] = owner.pop(key)
            case 2:
                owner[random.choice(KEYS)] = copy.deepcopy(random.choice(VALUES))
            case 3:
                other, name = random.choice(places)
                owner[key] = copy.deepcopy(other.get(name, ""))
            case _:
                owner[key] = copy.deepcopy(random.choice(VALUES))
    return table


def _places(table):
    for key, value in table.items():
        yield table, key
        if isinstance(value, dict):
            yield from _places(value)


def dump(value) -> str:
    """Return ``value`` as TOML writes it, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else json.dumps(value)


def write(table) -> bytes:
    """Return a whole ``tierguard.toml``."""
    return "".join(f"{json.dumps(key)} = {dump(value)}\n" for key, value in table.items()).encode()


NAMES = [
    *("TEST_DATABASE_URL", "STG_DATABASE_URL", "DATABASE_URL", "DB_HOST", "DB_USER", "DB_PASSWORD", "DB_NAME", "CI"),
    *("USE_STG_DATABASE", "USE_PROD_DATABASE", "SHOP_PRODUCTION", "APP_ENV", "PGHOST", "PGHOSTADDR", "PGSERVICE"),
    *("PGSERVICEFILE", "PGOPTIONS", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PYTEST_VERSION", "CLAUDECODE"),
]
TEXT_VALUES = [
    *(
        "",
        " ",
        "true",
        "TRUE ",
        "yes",
        "0",
        "off",
        "tru",
        "truefalse",
        "ture\n",
        "2",
        "\x1b[2J",
        "\udcff\udcfe",
        "ü",
        "null",
    ),
    *("int", "stg", "prod", "Live", "staging", "../..", "/dev/null", "x" * 60_000, SECRET, f"{SECRET} {SECRET}", URL),
    *(
        f"postgresql://shop:{SECRET}@{host}/shop"
        for host in ("..", "[::1]:1", "[::1", "h:0", "h:99999", "h:x", "a,b:1,c", "%2F")
    ),
    *(
        f"postgresql://shop:{SECRET}{junk}@h/shop"
        for junk in ("%", "%zz", "%00", "%ff", "@", "/", ":", " ", "\udc80", "#?&=")
    ),
    *(
        f"postgresql:///shop?{query}password={SECRET}"
        for query in ("", "&&", "a&", "=&", "password=&", "service=x&", "%ff=1&")
    ),
    *(
        f"{scheme}://shop:{SECRET}@h/shop"
        for scheme in ("mysql", "postgresql+psycopg", "POSTGRESQL", "embedded", "", "postgres")
    ),
    *(
        "postgresql://",
        "postgresql:",
        "://",
        "embedded:///",
        "embedded:///a/b",
        "embedded:///..",
        f"host=h password={SECRET}",
    ),
]


def odd_environment(random: Random) -> dict[str, str]:
    """Return some variables, each with a value that nobody meant."""
    return {name: random.choice(TEXT_VALUES) for name in random.sample(NAMES, random.randint(1, 8))}
