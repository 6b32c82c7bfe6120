"""Scratch databases for the guide's commands: their own servers, so that nobody's INT or STG is touched."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import psycopg
from support.child import environment, run

from tierguard import embedded
from tierguard.model import Ceiling, Tier
from tierguard.process.gate import inspecting

PROJECT = "instainstru"
ONE_LINER = ["python", "-c", "from app.core.config import settings; print(settings.database_url)"]
TIER_LINE = re.compile(r"tierguard: \[(INT|STG|PROD)\] ")
NAMES = {"int": "instainstru_test", "stg": "instainstru_stg", "prod": "instainstru"}


@cache
def scratch_root(purpose: str) -> Path:
    """Return a folder whose embedded server ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"guide-{purpose}-"))
    atexit.register(_remove, folder)
    return folder


def _remove(folder: Path) -> None:
    embedded.down(folder)
    shutil.rmtree(folder, ignore_errors=True)


def scratch_url(tier: str) -> str:
    """Return the URL of a scratch database; PROD has a server of its own, as it should."""
    root = scratch_root("prod" if tier == "prod" else "lower")
    return embedded.resolve_url(f"embedded:///{NAMES[tier]}", root, project=PROJECT, tier=tier)


def guide_environment(*, prod: bool = False, **extra: str) -> dict[str, str]:
    """Return a developer's environment; PROD is a placeholder that nobody can reach, unless a test is about it."""
    urls = {
        "TEST_DATABASE_URL": scratch_url("int"),
        "STG_DATABASE_URL": scratch_url("stg"),
        "DATABASE_URL": scratch_url("prod") if prod else "postgresql://user:Zq7prodsecret@prod.invalid/instainstru",
    }
    return environment(**(urls | extra))


def python(script: str, *args: str, env: dict[str, str] | None = None):
    """Run one of the repository's scripts as the guide writes it, in the copy of the checkout."""
    return run(["python", script, *args], env=env or guide_environment())


def look(tier: str, query: str) -> list[tuple]:
    """Return what a query finds in a scratch database, past the tests' own ceiling."""
    with inspecting(Ceiling(Tier.PROD)), closing(psycopg.connect(scratch_url(tier), autocommit=True)) as connection:
        return connection.execute(query).fetchall()


def change(tier: str, statement: str) -> None:
    """Change a scratch database, past the tests' own ceiling."""
    with inspecting(Ceiling(Tier.PROD)), closing(psycopg.connect(scratch_url(tier), autocommit=True)) as connection:
        connection.execute(statement)


@cache
def prepared(tier: str) -> dict:
    """Prepare INT or STG once and return what the command reported."""
    done = python("scripts/prep_db.py", tier, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def complaints(done) -> list[str]:
    """Return what a command said on standard error beside the line, at most one, that names its tier at its start."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[1:] if lines and TIER_LINE.match(lines[0]) else lines


def assert_one_clear_line(done, code: int) -> str:
    """Check that a command failed as it should, and return its line."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    lines = complaints(done)
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "Zq7" not in done.stdout + done.stderr
    return lines[0]
