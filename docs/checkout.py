"""A fresh copy of this checkout, where the documents' commands can run without touching anybody's data.

The pictures are recorded in one and the tests of the documents run in one. It has its own embedded servers.
"""

# ruff: noqa: INP001, S603, S607 - a folder of documents is no package; the commands are fixed words
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent


def copy_checkout(folder: Path) -> Path:
    """Copy what git knows or would add into ``folder``, with ``.env`` as ``make run`` writes it; return ``folder``."""
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, folder / name
        if source.is_file():  # one that was deleted and not committed is still listed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    subprocess.run(("make", "--silent", ".env"), cwd=folder, check=True, capture_output=True)
    subprocess.run(("git", "init", "--quiet"), cwd=folder, check=True, capture_output=True)
    return folder


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Return an environment made from nothing in which the copy's own code runs."""
    return {
        "PATH": os.pathsep.join((str(PROGRAMS), "/usr/local/bin", "/usr/bin", "/bin")),
        "PYTHONPATH": os.pathsep.join((str(folder / "src"), str(folder))),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        **extra,
    }


def stop_servers(folder: Path) -> None:
    """Stop the copy's embedded servers."""
    down = (str(PROGRAMS / "tierguard"), "down")
    subprocess.run(down, cwd=folder, env=environment(folder), check=False, capture_output=True)
