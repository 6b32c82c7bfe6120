"""The first tierguard that could stamp, pin and log, in an environment of its own, where git still knows it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

from support.checkout import ROOT
from support.child import environment

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "47a493248becd351958e92ae17dc74c04ba33e66"  # "Add pins, adopt, remove, psql, dump and restore"
# It waited for drivers by the library wrapt, which this environment does not have; programs here import theirs before.
WRAPT = """\
import sys

def when_imported(name):
    def act(hook):
        if name in sys.modules:
            hook(sys.modules[name])
        return hook
    return act
"""
PROGRAM = "import psycopg; from tierguard.cli.main import main; main()"


def is_there() -> bool:
    """Return whether git has that version."""
    asked = ("git", "cat-file", "-e", f"{COMMIT}^{{commit}}")
    return subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode == 0


class FirstVersion:
    """Its package, and this environment's drivers beside it: no index is asked, and no start-up file of ours runs."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.python = str(folder / "bin" / "python")
        (place,) = (folder / "lib").glob("python3*/site-packages")
        archive = ("git", "archive", COMMIT, "src/tierguard")
        packed = subprocess.run(archive, cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder / "old", filter="data")
        (folder / "old" / "src" / "tierguard").rename(place / "tierguard")
        (place / "wrapt.py").write_text(WRAPT)
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (place / "drivers.pth").write_text("\n".join(ours) + "\n")  # a line that is a folder is only searched

    def command(self, *words: str) -> list[str]:
        """Return the command line of its ``tierguard``."""
        return [self.python, "-c", PROGRAM, *words]

    @staticmethod
    def environment(**extra: str) -> dict[str, str]:
        """Return an environment made from nothing."""
        return environment(**extra)
