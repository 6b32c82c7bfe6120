"""What tierguard adds to the start of a process, and to a setting that is read often.

Floors: a bare interpreter, of an environment with and without the start-up file; a plain attribute; an interpreter that
imports what ``status`` needs and asks each configured tier one query.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path

import timing

ROOT = Path(__file__).resolve().parents[1]

FLOOR = """
import click, rich.console, rich.table, psycopg, sys
for url in sys.argv[1:]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1").fetchone()
"""


def python(code: str, *arguments: str) -> float:
    """Time an interpreter that runs ``code``."""
    return timing.time_process([sys.executable, "-c", code, *arguments])


def import_tierguard() -> None:
    """``import tierguard`` against an interpreter that imports nothing."""
    timing.report(
        "import tierguard", timing.compare(lambda: python("import tierguard"), lambda: python("")), "at most 1.5"
    )


def start_interpreter() -> None:
    """An interpreter of an environment with tierguard that touches no driver, against one of an environment without."""
    with tempfile.TemporaryDirectory() as folder:
        bare, gated = (make_environment(Path(folder, name)) for name in ("bare", "gated"))
        (packages,) = (Path(folder) / "gated" / "lib").glob("python*/site-packages")
        for path in (ROOT / "src" / "site-packages").iterdir():
            if path.is_file():
                shutil.copy(path, packages)
        compileall.compile_dir(packages, quiet=1)  # as an installer does
        result = timing.compare(
            lambda: timing.time_process([gated, "-c", ""]), lambda: timing.time_process([bare, "-c", ""]), runs=99
        )
    timing.report("a Python that touches no driver", result, "at most 1.1")


def make_environment(folder: Path) -> str:
    """Make an empty environment, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(folder / "bin" / "python")


def read_setting() -> None:
    """``settings.database_url`` after its first use against reading a plain attribute."""
    from app.core.config import settings

    class Plain:
        database_url = settings.database_url

    plain, number = Plain(), 200_000
    result = timing.compare(
        lambda: timeit.timeit(lambda: settings.database_url, number=number) / number,
        lambda: timeit.timeit(lambda: plain.database_url, number=number) / number,
    )
    timing.report("settings.database_url, again", result, "at most 1 us", unit="us")


def show_status() -> None:
    """``tierguard status`` against its libraries and one query for each configured tier."""
    from tierguard.evidence.config import load
    from tierguard.evidence.sources import connectable, read_url
    from tierguard.model import Tier

    config, database = load(), load().database()
    urls = []
    for tier in (Tier.INT, Tier.STG):
        written, _ = read_url(config, database, tier, ci=False, environ=os.environ)
        real = connectable(config, tier, written)
        urls.append(real.open() if real else "")
    command = [str(Path(sys.executable).with_name("tierguard")), "status"]
    result = timing.compare(lambda: timing.time_process(command), lambda: python(FLOOR, *urls))
    timing.report("tierguard status", result, "at most 1.5")


if __name__ == "__main__":
    start_interpreter()
    import_tierguard()
    read_setting()
    show_status()
