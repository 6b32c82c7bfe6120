"""Running a command on one tier: its environment and its exit code."""

from __future__ import annotations

import os
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
    from tierguard.databases.programs.finding import lead_to
    from tierguard.errors import TierguardError

    if not (SHIM / "sitecustomize.py").is_file():
        raise TierguardError(
            f"{SHIM} is missing or inside of an archive, so a Python child would not be judged.",
            hint="Install tierguard as files.",
            rule="child-ungated",
        )
    child = lead_to(config, target, password_file)
    added = {"PYTHONPATH": os.pathsep.join(filter(None, (str(SHIM), child.get("PYTHONPATH"))))}
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
