"""The backend as a process of its own, on a server of its own, as a person starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.backend import backend, get, wait_for
from support.checkout import ROOT
from support.child import environment, needs_no_agent, run
from support.patience import patience, wait_until
from support.stack import prepare, stack_of

from tierguard import embedded

# The servers of this module are started once, by whichever process runs all of it.
pytestmark = pytest.mark.xdist_group("backend")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with stack_of(tmp_path_factory.mktemp("backend")) as running:
        prepare(running)
        yield running


def test_an_exported_prod_flag_is_ignored_with_one_loud_line_and_stg_is_served(stack, tmp_path):
    log = tmp_path / "log"
    prod = {"USE_PROD_DATABASE": "true", "DATABASE_URL": "postgresql://prod.invalid/never"}
    with backend(log, **stack.urls, **prod) as address:
        health = wait_for(address, {200}).json()
        wait_until(lambda: "[STG]" in get(address).text)
    assert (health["status"], health["tier"], health["migration"]["at_head"]) == ("ok", "stg", True)
    loud = [line for line in log.read_text().splitlines() if "PROD" in line]
    assert len(loud) == 1


def test_a_stopped_database_is_503_and_a_started_one_200_without_a_restart(stack, tmp_path):
    with backend(tmp_path / "log", **stack.urls) as address:
        assert get(address, "/api/categories").status_code == 200
        embedded.down(stack.root)
        down = get(address, "/health")
        assert (down.status_code, down.json()["status"]) == (503, "unavailable")
        assert get(address, "/api/categories").status_code == 503
        stack.start()
        assert wait_for(address, {200}).json()["tier"] == "stg"
        assert get(address, "/api/categories").status_code == 200
        embedded.down(stack.root)
        stack.start()  # while nobody asked: the pool's connections are dead, and no request may find out
        assert get(address, "/api/categories").status_code == 200


@needs_no_agent
def test_production_mode_reaches_prod_where_the_server_says_so(tmp_path):
    log = tmp_path / "log"
    prod = {"INSTAINSTRU_PRODUCTION_MODE": "true", "USE_PROD_DATABASE": "true"}
    with backend(log, **prod, DATABASE_URL="postgresql://x:hush@127.0.0.1:9/prod", SECRET_KEY="of its own") as address:
        down = get(address, "/health")
    assert down.status_code == 503
    assert "hush" not in down.text + log.read_text()


def test_a_missing_url_is_one_line_and_exit_code_2():
    # An empty value is unset, and does not fall through to .env.
    result = run(["./run_backend.py"], env=environment(STG_DATABASE_URL=""))
    assert result.returncode == 2
    assert "STG_DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_importing_the_application_needs_nothing_and_says_nothing(tmp_path):
    code = (
        "import app.main, app.worker, sys; print([name for name in ('psycopg_c', 'wordllama') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(TEST_DATABASE_URL="", STG_DATABASE_URL="", DATABASE_URL="", BROKER_URL="nonsense://"),
        capture_output=True,
        text=True,
        timeout=patience(),
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


def test_the_starters_are_executable_and_hold_no_logic():
    for name in ("run_backend.py", "run_celery_worker.py"):
        starter = Path(ROOT, name)
        assert os.access(starter, os.X_OK)
        assert len(starter.read_text().splitlines()) <= 15
