"""Evidence about this process, and who runs it. Reads the environment, the terminal and /proc; decides nothing."""

from __future__ import annotations

import os
import socket
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard import startup
from tierguard.errors import SettingMismatch
from tierguard.evidence.agents import find_agent, find_hint
from tierguard.evidence.booleans import is_true, parse_boolean
from tierguard.evidence.commandline import find_tests
from tierguard.evidence.files import find_work_tree
from tierguard.evidence.hearsay import find_hearsay, read_files
from tierguard.evidence.lineage import Relative, read_lineage
from tierguard.evidence.markers import MACHINE
from tierguard.evidence.tty import has_terminal
from tierguard.model import Actor, Context, Hearsay, Request, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.evidence.config import Config

CI_DATABASE: Final = "DATABASE_URL"

_pytest_plugin_active = False


def mark_pytest() -> None:
    """Say that the pytest plugin is active in this process; there is no way back."""
    global _pytest_plugin_active
    _pytest_plugin_active = True


def detect(config: Config, environ: Mapping[str, str], *, own: bool = True) -> Context:
    """Gather the evidence about this process, or with ``own`` false about one that has ``environ`` and no ancestors.

    Raises:
        SettingMismatch: CI or the production mode has a value that is no boolean.
    """
    terminal = has_terminal()
    git_tree = find_work_tree(config.root) is not None
    ci = _is_ci(config, environ, terminal=terminal) if own else parse_boolean(environ, "CI")
    production_mode = parse_boolean(environ, config.production_mode)
    return Context(
        tests=_find_tests(environ, own=own),
        ci=ci,
        production_mode=production_mode,
        agent=_find_agent(environ) if own else find_agent(environ),
        hint=find_hint(environ),
        terminal=terminal,
        git_tree=git_tree,
        database_url=bool(environ.get(CI_DATABASE, "").strip()),
        local=terminal and git_tree and not ci and not production_mode,
        hearsay=find_hearsay(config, environ) if own else Hearsay(),
    )


def _find_agent(environ: Mapping[str, str]) -> str:
    """Return the agent at work: what the program took out of its own environment counts, as what it set does."""
    place, owner = MACHINE
    return find_agent(environ, lineage()) or find_agent(startup.environment() or {}) or owner * Path(place).exists()


def _is_ci(config: Config, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Return whether this is CI by the word of whoever started this process; a file that a program loads says nothing.

    Raises:
        SettingMismatch: the value is no boolean.
    """
    if not parse_boolean(environ, "CI"):
        return False
    before = startup.environment()
    if before is not None and not is_true(before.get("CI", "")):
        return False
    in_file = any(is_true(values.get("CI", "")) for values in read_files(config.root).values())
    return not (in_file and (before is None or terminal))  # a parent may have loaded it too


def _find_tests(environ: Mapping[str, str], *, own: bool) -> str:
    if environ.get("PYTEST_VERSION") or (own and _pytest_plugin_active):
        return "pytest"
    return find_tests(sys.orig_argv, sys.argv) if own else ""


def read_request(
    config: Config, environ: Mapping[str, str], argument: str | None = None, *, service: bool = False
) -> Request:
    """Return what was asked for, by argument and by the process environment (never by a file).

    Raises:
        SettingMismatch: the argument names no tier.
    """
    named = config.tier(argument) if argument else None
    try:
        word = environ.get(config.request, "").strip() if config.request else ""
        return Request(
            argument=named,
            variable=config.tier(word) if word else None,
            stg=parse_boolean(environ, config.flags.get(Tier.STG, "")),
            prod=parse_boolean(environ, config.flags.get(Tier.PROD, "")),
            service=service,
        )
    except SettingMismatch as mismatch:
        where = "" if str(mismatch).split(" ", 1)[0] in config.flags.values() else f"{config.request}: "
        return Request(argument=named, service=service, problem=f"{where}{mismatch}")


@lru_cache(maxsize=1)  # what was above this process when it was first asked stays, in its forks too
def lineage() -> tuple[Relative, ...]:
    """Return this process and those above it, nearest first."""
    return read_lineage(os.getpid())


def identify_actor(context: Context) -> Actor:
    """Return who is acting. No sign of an agent does not make a human: that takes a terminal."""
    return _identify_actor(context, os.getuid(), os.getpid())


@lru_cache(maxsize=4)  # every connection is recorded with its actor, which stays the same until the process forks
def _identify_actor(context: Context, uid: int, pid: int) -> Actor:
    if context.agent:
        kind = "agent"
    elif context.ci:
        kind = "ci"
    elif (
        context.production_mode and not context.terminal and not (context.git_tree and context.hearsay.production_mode)
    ):
        kind = "server"
    else:
        kind = "human" if context.terminal else "unknown"
    return Actor(
        user=_login(uid),
        uid=uid,
        kind=kind,
        tty=_terminal_name(),
        pid=pid,
        argv0=Path(sys.argv[0]).name if sys.argv else "",
        ancestry=tuple(relative.name for relative in lineage()[1:]),
        hint=context.hint,
    )


def host_name() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def _login(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"  # containers run under uids that have no name


def _terminal_name() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""
