"""What is known of a foreign test suite: read from the one TOML file that it has beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Suite:
    """In command, environment and files, ``{host}``, ``{port}``, ``{database}`` and ``{results}`` are filled in."""

    name: str
    source: dict[str, str]  # sdist and sha256, or git, tag and commit
    command: list[str]  # the arguments of Python, from the source's folder
    passing: int  # as many tests at least pass without the gate; fewer would compare nothing
    folder: str = "."
    database: str = "suite"
    setup: list[str] = field(default_factory=list)  # SQL
    settings: dict[str, str] = field(default_factory=dict)  # of the server
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    deselect: dict[str, str] = field(default_factory=dict)  # tests that differ from run to run by themselves, and why

    @property
    def lock(self):
        """Return the file that pins what the suite needs."""
        return FOLDER / f"{self.name}.lock"


def read(path):
    """Return the suite of a file."""
    return Suite(path.stem, **tomllib.loads(path.read_text()))


SUITES = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
