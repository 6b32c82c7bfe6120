"""Running a command on one tier: its environment and its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.cli import options
from tierguard.cli.runner import FAILED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tierguard.evidence.config import Config
    from tierguard.model import Target
    from tierguard.text.sealed import SealedTexts

NOT_FOUND: Final = 127
SHIM: Final = Path(__file__).resolve().parents[1] / "shim"


def environment(config: Config, target: Target, password_file: str, *, read_only: bool = False) -> SealedTexts:
    """Return the environment of a command that may use ``target`` and no other tier.

    With ``read_only`` libpq tells the server of each connection that it is for reading.

    Raises:
        TierguardError: what gates a Python child is not there.
    """
    from tierguard.databases.programs.finding import lead_to
    from tierguard.errors import TierguardError
    from tierguard.evidence.sources import read_only_options

    if not (SHIM / "sitecustomize.py").is_file():
        raise TierguardError(
            f"{SHIM} is missing or inside of an archive, so a Python child would not be judged.",
            hint="Install tierguard as files.",
            rule="child-ungated",
        )
    child = lead_to(config, target, password_file)
    added = {"PYTHONPATH": os.pathsep.join(filter(None, (str(SHIM), child.get("PYTHONPATH"))))}
    if read_only:
        source = config.database(target.database).sources[target.tier]
        added["PGOPTIONS"] = read_only_options(source, child.get("PGOPTIONS", ""))
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


def run(command_line: Sequence[str], environment: SealedTexts, *, adopting: bool = False) -> int:
    """Run the child in the foreground; signals reach it, and its exit code is ours.

    With ``adopting`` what it leaves behind becomes a child of this process, and its end is taken note of.
    """
    try:
        child = subprocess.Popen(command_line, env=dict(environment))  # noqa: S603 - running it is the point
    except FileNotFoundError:
        options.say(f"tierguard: {command_line[0]}: command not found", err=True)
        return NOT_FOUND
    except (OSError, ValueError) as error:  # not executable, no program, too long, a NUL in it
        why = getattr(error, "strerror", None) or error
        options.say(f"tierguard: {command_line[0]}: cannot be executed: {why}", err=True)
        return NOT_FOUND - 1
    if adopting:
        signal.signal(signal.SIGCHLD, lambda _, __: _bury(child.pid))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal sent it to the child too, which decides
        return code if code >= 0 else 128 - code


def _bury(spared: int) -> None:
    """Let the adopted processes that have ended go; the command's own end is waited for elsewhere."""
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid == spared:
                return
            os.waitpid(ended.si_pid, 0)


def print_result(code: int, program: str, told: Mapping[str, object]) -> None:
    """Print as JSON what a program of ours did, or that it failed: it said why on standard error."""
    failed = {"error": f"{program} failed.", "rule": "operation-failed", "hint": "", "ask": None}
    options.print_json(failed if code else told)


def run_or_fail(command_line: Sequence[str], environment: SealedTexts) -> int:
    """Run a program that is our means, not the user's command: when it fails, our operation failed."""
    return FAILED if run(command_line, environment) else 0
