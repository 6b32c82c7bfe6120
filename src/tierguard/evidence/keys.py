"""Every key of the configuration: what it may hold, what holds without it, and what it means.

The parser reads these tables, and ``docs/configuration.md`` is made of them. What is not here is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STDERR: Final = "stderr"  # as the place of the audit log; a file of that name is "./stderr"
AT_START: Final = "start"  # every Python of the environment is gated when it imports a driver
BY_CALL: Final = "call"  # only where install() is called


class Kind(Enum):
    """What a key holds: a word for people, and TOML's type."""

    TEXT = "a text", str
    VARIABLE = "the name of a variable", str
    SERVICE = "the name of a service", str
    SWITCH = "true or false", bool
    NUMBER = "a whole number, not below 0", int
    SPAN = "a number and ms, s, min or h", str
    DAY = "a date", date
    TEXTS = "a list of texts", list
    VARIABLES = "a list of variables' names", list
    TABLE = "a table", dict

    def __init__(self, word: str, kind: type) -> None:
        """Keep the word, and the type that TOML's value has."""
        self.word = word
        self.type = kind


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``default`` is the value that holds without it, ``unset`` what is true where there is none."""

    kind: Kind
    meaning: str
    example: str
    default: str | int = ""
    unset: str = "none"
    choices: tuple[str, ...] = ()


Keys = dict[str, Key]

FLAGS: Final[Keys] = {
    "stg": Key(
        Kind.VARIABLE,
        "The variable that asks for STG when it is true.",
        'flags.stg = "USE_STG"',
        "USE_STG_DATABASE",
    ),
    "prod": Key(
        Kind.VARIABLE,
        "The variable that asks for PROD when it is true.",
        'flags.prod = "USE_PROD"',
        "USE_PROD_DATABASE",
    ),
}

TOP: Final[Keys] = {
    "project": Key(
        Kind.TEXT,
        "The project's name. It is in the marker of each of its databases.",
        'project = "shop"',
        unset="the folder's name",
    ),
    "flags": Key(
        Kind.TABLE,
        "The variables that ask for a tier, see [below](#flags). A tier that the table leaves out has no flag.",
        'flags = { stg = "USE_STG", prod = "USE_PROD" }',
        unset="both as below",
    ),
    "request": Key(
        Kind.VARIABLE,
        "A variable whose value names a tier or an alias. It takes precedence over the flags, and an argument over it.",
        'request = "APP_ENV"',
    ),
    "aliases": Key(
        Kind.TABLE,
        "Other names for the three tiers, for `request` and `--tier`; case does not matter.",
        'aliases = { development = "int", staging = "stg", production = "prod" }',
    ),
    "production_mode": Key(
        Kind.VARIABLE,
        "The variable that, when true, declares a production server, which is not asked for confirmation.",
        'production_mode = "SHOP_PRODUCTION"',
        "TIERGUARD_PRODUCTION_MODE",
    ),
    "gate": Key(
        Kind.TEXT,
        f'`"{AT_START}"`: every Python of the environment is gated when it imports a driver. '
        f'`"{BY_CALL}"`: only programs that call `tierguard.install()`.',
        f'gate = "{BY_CALL}"',
        AT_START,
        choices=(AT_START, BY_CALL),
    ),
    "local_hosts": Key(
        Kind.TEXTS,
        "Hosts that count as this machine, such as a compose file's services: an empty database there is stamped.",
        'local_hosts = ["db", "postgres"]',
    ),
    "adopt_until": Key(
        Kind.DAY,
        "Until this day an unmarked database causes a warning instead of a refusal.",
        "adopt_until = 2027-01-31",
    ),
    "audit_log": Key(
        Kind.TEXT,
        f'The audit log, from the project\'s folder; `"{STDERR}"` sends it to standard error.',
        'audit_log = "var/audit.jsonl"',
        "logs/database_audit.jsonl",
    ),
    "audit_anchor": Key(
        Kind.TEXT,
        "A file elsewhere that records where the log ended, so that a rewritten log is noticed.",
        'audit_anchor = "/mnt/elsewhere/shop.anchor"',
    ),
    "databases": Key(
        Kind.TABLE,
        "The project's databases by name, see [below](#one-database). `default` is what every command means without "
        "`--database NAME`, and need not be declared.",
        'databases.default.prod.url = "LIVE_URL"',
        unset="`default`",
    ),
}

DATABASE: Final[Keys] = {
    "url": Key(
        Kind.VARIABLE,
        "The one variable that holds a different URL in each environment. Every tier without a source of its own reads "
        "it, but only the one that the process chose.",
        'databases.default.url = "DATABASE_URL"',
    ),
    "int": Key(
        Kind.TABLE,
        "Where INT's URL comes from, see [below](#one-tier-of-a-database). An empty table: INT has no URL.",
        'databases.default.int.url = "T"',
    ),
    "stg": Key(Kind.TABLE, "The same for STG.", 'databases.default.stg.url = "S"'),
    "prod": Key(Kind.TABLE, "The same for PROD.", 'databases.default.prod.url = "P"'),
    "deliver": Key(
        Kind.VARIABLES,
        "Variables that `tierguard run` also sets to the URL for its child, whatever the tier.",
        'databases.default.deliver = ["DATABASE_URL"]',
    ),
    "same_as": Key(
        Kind.TEXT,
        "Another database of this list that has the same sources, such as a replica behind the same URL.",
        'databases.replica.same_as = "default"',
    ),
    "external": Key(
        Kind.SWITCH,
        "A database that is not the project's: its connections are recorded and not judged, unless it is PROD itself.",
        "databases.airflow.external = true",
        default=False,
    ),
}

SOURCE: Final[Keys] = {
    "url": Key(
        Kind.VARIABLE,
        "The variable that holds the URL.",
        'databases.default.stg.url = "STAGING_URL"',
        unset="of `default` without any source: `TEST_DATABASE_URL`, `STG_DATABASE_URL`, `DATABASE_URL`",
    ),
    "parts": Key(
        Kind.TABLE,
        "Variables that hold the URL's parts, see [below](#parts), instead of `url`.",
        'databases.default.prod.parts = { host = "DB_HOST", user = "DB_USER", password = "DB_SECRET", dbname = "DB" }',
    ),
    "service": Key(
        Kind.SERVICE,
        "A service of libpq's service file, instead of `url`.",
        'databases.default.prod.service = "shop"',
    ),
    "migrator": Key(
        Kind.VARIABLE,
        "The variable of the URL of a second role, which owns the tables. `tierguard run` removes it from its "
        "child's environment; migrations still use the tier's own URL.",
        'databases.default.prod.migrator = "MIGRATOR_URL"',
    ),
    "shared": Key(
        Kind.SWITCH,
        "Several people use this database: its reset needs a person. For STG.",
        "databases.default.stg.shared = true",
        default=False,
    ),
    "per_worktree": Key(
        Kind.SWITCH,
        "Each linked git worktree has an INT of its own on this server: the URL's name with `__tg_tree_…` after it, "
        "created by the commands that prepare INT. For INT; not under CI's `DATABASE_URL`, and not needed with "
        "`embedded:///NAME`.",
        "databases.default.int.per_worktree = true",
        default=False,
    ),
    "backup": Key(
        Kind.TEXT,
        '`"provider"` attests that the provider takes backups, which a migration of PROD demands. Nobody checks it.',
        'databases.default.prod.backup = "provider"',
        choices=("provider",),
    ),
    "ask_above": Key(
        Kind.NUMBER,
        "How many rows, all commits of one consent together, a person changes without being asked again, and only in "
        "tables that the statements name. For PROD.",
        "databases.default.prod.ask_above = 25",
        default=10,
    ),
    "statement_timeout": Key(
        Kind.SPAN,
        "How long one statement may run where the consent is for reading only. For PROD.",
        'databases.default.prod.statement_timeout = "2min"',
        "30s",
    ),
    "idle_timeout": Key(
        Kind.SPAN,
        "How long a transaction may do nothing there before the server ends its session. For PROD.",
        'databases.default.prod.idle_timeout = "1h"',
        "10min",
    ),
}


def _part(meaning: str, variable: str) -> Key:
    return Key(Kind.VARIABLE, f"The variable of {meaning}.", variable)


PARTS: Final[Keys] = {
    "host": _part("the host's name, or a socket's folder", "DB_HOST"),
    "hostaddr": _part("its address, to avoid a name lookup", "DB_ADDRESS"),
    "port": _part("the port", "DB_PORT"),
    "user": _part("the role", "DB_USER"),
    "password": _part("its password", "DB_PASSWORD"),
    "dbname": _part("the database's name", "DB_NAME"),
    "sslmode": _part("libpq's `sslmode`", "DB_SSLMODE"),
    "options": _part("libpq's `options`", "DB_OPTIONS"),
}

# Variables that count beside those that the configuration names, and in the environment alone.
ENVIRONMENT: Final[Mapping[str, str]] = {
    "TIERGUARD_CONFIG": "The configuration file, whose folder is then the project's. Without it: `tierguard.toml`, "
    "or `pyproject.toml` with `[tool.tierguard]` in it, the nearest at or above the script's folder, else the working "
    "directory, else the environment's folder.",
    "CI": "A true value: nobody is asked, flags are ignored, and INT is the CI's own `DATABASE_URL` where that is set.",
    "DATABASE_URL": "Under `CI`, the URL of INT of `default`; it then counts in the environment alone.",
    "PYTEST_VERSION": "Set by pytest: a test run and what it starts use INT.",
    "TIERGUARD_CONSENT": "Set by `tierguard run` for what it runs: where the consent is that it hands down. It grants "
    "nothing: whoever answers there has to be the `tierguard run` above.",
    "NO_COLOR": "No colours.",
}
