"""The suite touches nothing of the checkout that it runs in: no ``.env``, log, database or server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from support.checkout import checkout
from support.child import environment
from support.patience import patience

PART = (
    "tests/app/test_models_connection.py",
    "tests/app/test_guide_commands.py::test_the_one_liner_prints_exactly_the_url[int-flags0]",
    "tests/app/test_guide_commands.py::test_every_command_is_on_the_audit_log_as_one_json_object_a_line",
    "tests/app/test_guide_commands.py::test_a_dry_run_tells_people_the_same",
    "tests/app/test_api_backend.py::test_a_missing_url_is_one_line_and_exit_code_2",
)
FOREIGN = """\
TEST_DATABASE_URL=postgresql://somebody:Zq7foreign@127.0.0.1:1/somebody_test
STG_DATABASE_URL=postgresql://somebody:Zq7foreign@127.0.0.1:1/somebody_stg
DATABASE_URL=postgresql://somebody:Zq7foreign@127.0.0.1:1/somebody
SECRET_KEY=Zq7foreign
BROKER_URL=redis://:Zq7foreign@127.0.0.1:1/0
"""
RECORD = '{"v":1,"seq":1,"ts":"2026-01-01T00:00:00.000000Z","event":"mine"}\n'


def state(folder):
    """Return what of a developer's own is in a checkout: each file's content, and when it was written."""
    own = [folder / ".env", *(folder / "logs").rglob("*"), *(folder / ".tierguard").rglob("*")]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in own if path.is_file()}


@pytest.fixture
def somebodys(tmp_path):
    """Copy the checkout once more: it is a developer's, and this very suite runs in it."""
    folder = tmp_path / "somebodys"
    shutil.copytree(checkout(), folder, ignore=shutil.ignore_patterns(".env", ".tierguard", "logs", "__pycache__"))
    return folder


def run_part_of_the_suite(folder, **extra):
    env = environment(PYTHONPATH=os.pathsep.join((str(folder / "src"), str(folder))), **extra)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *PART]
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=patience(600), check=False
    )


def test_the_suite_needs_no_env_and_leaves_no_log_and_no_server(somebodys):
    done = run_part_of_the_suite(somebodys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(somebodys) == {}
    assert not (somebodys / ".tierguard").exists()


def test_the_suite_leaves_a_developers_foreign_urls_log_and_variables_alone(somebodys):
    (somebodys / ".env").write_text(FOREIGN)
    (somebodys / "logs").mkdir()
    (somebodys / "logs" / "database_audit.jsonl").write_text(RECORD)
    before = state(somebodys)
    ambient = {
        "TEST_DATABASE_URL": "postgresql://127.0.0.1:1/exported",
        "USE_STG_DATABASE": "true",
        "PGHOST": "nowhere",
    }
    done = run_part_of_the_suite(somebodys, **ambient)
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(somebodys) == before
    assert json.loads((somebodys / "logs" / "database_audit.jsonl").read_text())["event"] == "mine"
    assert "Zq7" not in done.stdout + done.stderr
