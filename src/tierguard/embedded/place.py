"""An account to run a server under, and the two ways to run something there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SPAWN = Path(__file__).with_name("spawn.py")


@dataclass(frozen=True, slots=True)
class Place:
    """An account that works, with the folder that it keeps data in and the programs that it can reach."""

    account: str
    folder: Path
    programs: Path

    @property
    def uid(self) -> int:
        """Return the owner of the files, as the outside sees it."""
        return int(self.account.split(":")[1]) if self.account.startswith("user:") else os.geteuid()

    def give(self, *paths: Path) -> None:
        """Hand files that this process made to the account."""
        if self.uid != os.geteuid():
            for path in paths:
                os.chown(path, self.uid, -1)

    def run(self, program: str, *arguments: str, text: str = "", keep: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with ``text`` as its input. It inherits the descriptor ``keep``."""
        return subprocess.run(  # noqa: S603 - the wheel's own program
            self.command(program, arguments),
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment(),
            pass_fds=[keep] if keep else [],
            check=False,
        )

    def start(self, program: str, *arguments: str, log: Path, lock: int) -> None:
        """Start a server in the background, writing to ``log`` and holding ``lock`` for as long as it lives."""
        run_detached(self.command(program, arguments, str(log)), keep=lock)

    def command(self, program: str, arguments: tuple[str, ...], log: str = "") -> list[str]:
        """Return the command line that runs a program under this account."""
        path = str(self.programs / program)
        return [*script(SPAWN), self.account, str(self.folder), log, path, *arguments]


def script(path: Path) -> list[str]:
    """Return the command line that runs a script of this package, also inside a program that embeds Python."""
    running = Path(sys.executable or "python3")
    python = running if running.name.startswith("python") else Path(sys.prefix, "bin", "python3")
    return [str(python), "-I", "-S", str(path)]


def run_detached(command: list[str], keep: int = 0) -> None:
    """Run a command that goes to the background by itself, tied to nothing of this process but ``keep``."""
    subprocess.run(  # noqa: S603 - one of this package's scripts
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        pass_fds=[keep] if keep else [],
        start_new_session=True,
        check=False,
    )


def environment() -> dict[str, str]:
    """Return what a server needs of the environment: nothing of the caller's."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def last_words(output: str) -> str:
    """Return what a server complained about last, or else said last, as one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    complaints = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:", "error:"))]
    return "; ".join((complaints or lines)[-2:]) or "it said nothing"
