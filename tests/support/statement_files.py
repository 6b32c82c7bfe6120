"""The fixture statements: files of SQL, a family each, whose headers say what is expected.

A statement begins with a line ``--- what it is => operation words`` and ends before the next such line. Where more than
one operation is right, they are joined by ``|``. The words:

- ``every_row``, ``loosens``, ``temporary``: that an act of it says so;
- ``exclusive``, ``alone``, ``beyond``: how it can be held;
- ``writes:a,b``, ``reads:a,b``, ``creates:a,b``: relations that must be named;
- ``since:17``: the server that it needs; ``needs:vector``: the extension;
- ``fails``: the server refuses it; ``run:copy``: it is run on a copy of the database, as it ends its transaction;
- ``args:[1]`` or ``args:{"a":1}``, last: what a driver would send for its placeholders.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from psycopg import sql

from tierguard.model import Operation

FOLDER = Path(__file__).parents[1] / "statements" / "fixtures"
SCHEMA = (FOLDER.parent / "schema.sql").read_text()

_HEADER = re.compile(r"^--- (.*?) => (\S+)(.*)$", re.MULTILINE)
_PERCENT = re.compile(r"%(?:\(([^)]*)\))?([sbt])|%%")
_NUMBERED = re.compile(r"\$([0-9]+)")
_FLAGS = frozenset({"every_row", "loosens", "temporary", "exclusive", "alone", "beyond", "fails"})
_VALUES = frozenset({"writes", "reads", "creates", "since", "needs", "run"})


@dataclass(frozen=True, slots=True)
class Fixture:
    """A statement and what is expected of it."""

    family: str
    title: str
    sql: str
    operations: tuple[Operation, ...]
    flags: frozenset[str]
    values: dict[str, str]
    args: list | dict | None

    def __str__(self):
        return f"{self.family}: {self.title}"

    def names(self, what):
        """Return the relations that must be among its ``writes``, ``reads`` or ``creates``."""
        return {tuple(name.split(".")) for name in self.values.get(what, "").split(",") if name}

    def bound(self):
        """Return the text as the server gets it: each placeholder is its value."""
        if self.args is None:
            return self.sql
        if isinstance(self.args, list) and _NUMBERED.search(self.sql):
            return _NUMBERED.sub(lambda found: _literal(self.args[int(found[1]) - 1]), self.sql)
        left = iter(self.args if isinstance(self.args, list) else ())

        def fill(found):
            if found[0] == "%%":
                return "%"
            return _literal(next(left) if found[1] is None else self.args[found[1]])

        return _PERCENT.sub(fill, self.sql)

    def is_for(self, version, extensions):
        """Return whether a server of this version, with these extensions at hand, can run it."""
        return version >= int(self.values.get("since", 0)) and self.values.get("needs", "plpgsql") in extensions


def _literal(value):
    return sql.Literal(value).as_string(None)


@cache
def families():
    """Return the names of the files."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.sql")))


@cache
def read_family(family):
    """Return the statements of a file."""
    return parse(family, (FOLDER / f"{family}.sql").read_text())


def parse(family, text):
    """Return the statements that stand in a text."""
    headers = list(_HEADER.finditer(text))
    ends = [*(header.start() for header in headers[1:]), len(text)]
    return tuple(_fixture(family, header, text[header.end() : end]) for header, end in zip(headers, ends, strict=True))


def _fixture(family, header, body):
    title, operations, rest = header.groups()
    words, _, args = rest.partition("args:")
    flags, values = set(), {}
    for word in shlex.split(words):
        key, colon, value = word.partition(":")
        assert (key in _VALUES) if colon else (key in _FLAGS), f"{family}: {title}: what is {word!r}?"
        if colon:
            values[key] = value
        else:
            flags.add(key)
    expected = tuple(Operation(one) for one in operations.split("|"))
    return Fixture(family, title, body.strip("\n"), expected, frozenset(flags), values, json.loads(args or "null"))


def every_fixture():
    """Return all of them."""
    return tuple(fixture for family in families() for fixture in read_family(family))
