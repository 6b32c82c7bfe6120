"""Every import contract catches what it forbids: a violation of each is planted in a copy of the code."""

import shutil
import tomllib
from pathlib import Path

import pytest
from support.child import PROGRAMS, ROOT, environment, run

CONTRACTS = [
    one["name"] for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]
# The first words of a contract's name, the file that breaks it, and the line that is added there.
PLANTED = [
    ("The application may use", "src/tierguard/process/gate.py", "import app.core.config"),
    ("tierguard: decisions", "src/tierguard/deciding/policy.py", "import tierguard.process.gate"),
    ("tierguard: decisions", "src/tierguard/evidence/config.py", "import tierguard.databases.survey"),
    ("tierguard: decisions", "src/tierguard/newcomer.py", "import tierguard.model"),
    ("app: entry points", "app/models/base.py", "import app.services.bookings"),
    ("Only the edge", "src/tierguard/process/recorder.py", "import psycopg2"),
    ("Only the edge", "src/tierguard/databases/survey.py", "import psycopg"),
    ("A decision is computed", "src/tierguard/deciding/verdict.py", "import time"),
    ("A decision is computed", "src/tierguard/statements/scanner.py", "import os"),
    ("Adapters do not know", "src/tierguard/adapters/asyncpg.py", "import tierguard.adapters.pg8000"),
    ("Adapters do not know", "src/tierguard/checks/urls.py", "import tierguard.checks.dotenv"),
    ("No cycles", "src/tierguard/text/conninfo.py", "import tierguard.text.masking\nimport tierguard.model"),
    ("The application never sees", "app/ops/check.py", "import tierguard.databases.creation"),
    ("Only app.db", "app/services/catalogue.py", "import psycopg"),
]


def lint(folder: Path):
    return run(
        [str(PROGRAMS / "lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env=environment(PYTHONPATH=f"{folder / 'src'}:{folder}", COLUMNS="200"),
    )


@pytest.fixture
def copy(tmp_path):
    for name in ("src", "app"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("contract", "file", "line"), PLANTED, ids=lambda value: value.split("\n")[0][-40:])
def test_a_planted_violation_is_caught(copy, contract, file, line):
    path = copy / file
    path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    if contract == "No cycles":
        masking = copy / "src/tierguard/text/masking.py"
        masking.write_text(f"{masking.read_text()}\nimport tierguard.text.conninfo\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [one for one in done.stdout.splitlines() if one.split(" (")[0].endswith("BROKEN")]
    assert any(one.startswith(contract) for one in broken), done.stdout


def test_every_contract_has_a_planted_violation():
    assert [name for name in CONTRACTS if not any(name.startswith(words) for words, _, _ in PLANTED)] == []
