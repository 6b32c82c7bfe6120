"""What a command line says: whether this is a test run, and which environment a server program was given. Pure."""

from __future__ import annotations

import re
import shlex
from itertools import zip_longest
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Programs that do nothing but run tests, as scripts and after -m.
RUNNERS: Final = frozenset(
    {"pytest", "py.test", "unittest", "nose", "nosetests", "nose2", "twisted.trial", "behave", "stestr"}
)
# Programs of which one command runs tests; Django reads its command from the first place only.
DJANGO: Final = frozenset({"manage", "manage.py", "django", "django-admin", "django-admin.py"})
SETUP: Final = frozenset({"setup", "setup.py"})
_SETUP_COMMANDS: Final = frozenset({"test", "pytest", "nosetests"})
_TAKES_VALUE: Final = "WX"  # interpreter options whose value may be the next word
_SHOWN_BY_ITSELF: Final = re.compile(r"python[\w.]* -m (\S+)$")  # what unittest writes into sys.argv[0]


class Program(NamedTuple):
    """What was started: a script's file name or a module's name, and the words after it."""

    name: str
    words: Sequence[str]


def find_tests(original: Sequence[str], current: Sequence[str]) -> str:
    """Return the test run that a command line asks for, such as ``manage.py test``; empty where it asks for none.

    Args:
        original: the interpreter's own command line, ``sys.orig_argv``.
        current: the program's, ``sys.argv``; the two differ under a wrapper such as coverage.
    """
    programs = [parse_interpreter(original), parse_program(current)]
    return next(filter(None, map(_tests_of, programs)), "")


def parse_interpreter(line: Sequence[str]) -> Program:
    """Return what ``python [options] [-m module | file] …`` runs; nameless for ``-c`` and a prompt."""
    words = list(line[1:])
    while words:
        word = words.pop(0)
        if word == "--check-hash-based-pycs":
            words = words[1:]
        elif word.startswith("--"):
            continue
        elif word == "-" or not word.startswith("-"):
            return Program(PurePath(word).name, words)
        elif found := re.search(r"[cm" + _TAKES_VALUE + "]", word):
            rest = word[found.end() :]
            value = rest or (words.pop(0) if words else "")
            if found[0] in "cm":
                return Program(value if found[0] == "m" else "", words)
    return Program("", ())


def parse_program(line: Sequence[str]) -> Program:
    """Return what ``sys.argv`` says; a module that runs stands there with the path of its file."""
    if not line:
        return Program("", ())
    path = PurePath(line[0])
    if found := _SHOWN_BY_ITSELF.match(path.name):
        return Program(found[1], line[1:])
    return Program(path.parent.name if path.name == "__main__.py" else path.name, line[1:])


def _tests_of(program: Program) -> str:
    name, words = program
    if name in RUNNERS or name.partition(".")[0] in RUNNERS:
        return name
    if name in DJANGO and [*words[:1]] == ["test"]:
        return f"{name} test"
    if name in SETUP and (command := next((word for word in words if word in _SETUP_COMMANDS), "")):
        return f"{name} {command}"
    return ""


def env_files(original: Sequence[str], environ: Mapping[str, str]) -> list[Path]:
    """Return the files whose variables the command line asks for, as in ``uvicorn --env-file FILE``."""
    named = [*options(original[1:], "--env-file", "--env-files"), environ.get("UVICORN_ENV_FILE", "")]
    return [Path(file) for file in named if file]


def gunicorn_words(original: Sequence[str], environ: Mapping[str, str]) -> list[str] | None:
    """Return the words that gunicorn was given, or None where another program runs."""
    program = parse_interpreter(original)
    if program.name not in {"gunicorn", "gunicorn.app.wsgiapp"}:
        return None
    return [*shlex.split(environ.get("GUNICORN_CMD_ARGS", "")), *program.words]


def options(words: Sequence[str], *names: str) -> list[str]:
    """Return the values of an option in their order, however each is joined: ``-e V -eV --env V --env=V``."""
    found = []
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        for name in names:
            joined = f"{name}=" if name.startswith("--") else name
            if word == name:
                found.append(following)
            elif word.startswith(joined):
                found.append(word.removeprefix(joined))
    return found
