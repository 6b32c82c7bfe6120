"""This process and those above it, as /proc shows them: names, command lines, and the markers they were started with.

A marker that a process sheds (``env -u``, ``env -i``, ``os.environ.pop``) is still in what /proc keeps of the process,
or of one above it: the kernel shows the environment that a program was *started* with. Only the variables that could
be a marker are kept of it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from tierguard.evidence.markers import AT_WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEEPEST: Final = 32
_WANTED: Final = tuple({f"{name}=".encode() for marker in AT_WORK for name, _ in marker.variables})


class Interpreter(NamedTuple):
    """Programs that run others, and which of their options take a value, a program's text, or a module's name."""

    names: re.Pattern[str]
    valued: frozenset[str]
    code: re.Pattern[str]
    module: re.Pattern[str] = re.compile(r"(?!)")
    verbs: frozenset[str] = frozenset()


_INTERPRETERS: Final = (
    Interpreter(
        re.compile(r"(python|pypy)[\d.]*"),
        frozenset({"-W", "-X"}),
        re.compile(r"-[A-Za-z]*c"),
        re.compile(r"-[A-Za-z]*m"),
    ),
    Interpreter(
        re.compile(r"node|nodejs|bun|deno|tsx"),
        frozenset({"-r", "--require", "--import", "--loader", "--env-file"}),
        re.compile(r"-[ep]+|--eval|--print"),
        verbs=frozenset({"run", "x"}),  # deno run FILE, bun run FILE
    ),
    Interpreter(re.compile(r"sh|bash|dash|ksh|zsh"), frozenset({"-o", "-O"}), re.compile(r"-[A-Za-z]*c")),
)


class Relative(NamedTuple):
    """A process: its name (15 bytes of it), its command line, and the markers' variables that it was started with."""

    name: str
    command: tuple[str, ...] = ()
    environ: Mapping[str, str] = {}


def read_lineage(pid: int) -> tuple[Relative, ...]:
    """Return the process ``pid`` and those above it, nearest first; empty where /proc is not there.

    What another user's process was started with cannot be read, nor anything of one outside this container.
    """
    found = []
    for _ in range(_DEEPEST):
        process = Path(f"/proc/{pid}")
        stat = _read(process / "stat").decode(errors="replace")
        if not stat:
            break
        name = stat[stat.find("(") + 1 : stat.rfind(")")]
        command = tuple(_read(process / "cmdline").decode(errors="replace").rstrip("\0").split("\0"))
        found.append(Relative(name, command, _markers(_read(process / "environ"))))
        pid = int(stat[stat.rfind(")") + 2 :].split()[1])
        if pid <= 1:
            break
    return tuple(found)


def name_programs(command: tuple[str, ...]) -> Iterator[str]:
    """Give the names of the program that a command line runs: its own, and those of an interpreter's script or module.

    Of a script they are its file's name and its npm package. Other words name no program: `vim claude` is an editor.
    """
    if not command:
        return
    first, *rest = command
    program = PurePosixPath(first.removeprefix("-")).name  # a login shell's begins with a dash
    yield program
    kind = next((one for one in _INTERPRETERS if one.names.fullmatch(program)), None)
    if kind is None:
        return
    words = iter(rest)
    for word in words:
        if kind.code.fullmatch(word):
            return
        if kind.module.fullmatch(word):
            yield next(words, "").partition(".")[0]
            return
        if word in kind.valued:
            next(words, "")
        elif not word.startswith("-") and word not in kind.verbs:
            yield from _name_script(word)
            return


def _name_script(word: str) -> Iterator[str]:
    path = PurePosixPath(word)
    yield path.name
    *_, package = word.split("node_modules/")
    if package is not word:
        scope, *names = package.split("/")
        yield "/".join((scope, *names[:1])) if scope.startswith("@") else scope


def _markers(block: bytes) -> Mapping[str, str]:
    pairs = (entry.partition(b"=") for entry in block.split(b"\0") if entry.startswith(_WANTED))
    return {name.decode(): value.decode(errors="replace") for name, _, value in pairs}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
