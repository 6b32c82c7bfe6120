"""What a command says and checks when it starts: its tier, its port, its signing key."""

from __future__ import annotations

import socket

import pytest
from support.checkout import checkout
from support.child import environment, needs_no_agent, run
from support.guide import ONE_LINER, TIER_LINE, complaints, guide_environment, prepared

PROD = {
    "INSTAINSTRU_PRODUCTION_MODE": "true",
    "USE_PROD_DATABASE": "true",
    "DATABASE_URL": "postgresql://127.0.0.1:9/p",
}
EXAMPLES = ["", "change-me", "your-secret-key"]


@pytest.mark.parametrize(
    "command",
    [
        ["python", "scripts/prep_db.py"],
        ["python", "scripts/reset_schema.py", "--dry-run"],
        ["python", "scripts/check_database_safety.py"],
        ["python", "scripts/verify_database_safety.py", "--json"],
        ["alembic", "current"],
        ["tierguard", "url"],
        ["tierguard", "run", "--", "true"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("tier", ["INT", "STG"])
def test_without_a_terminal_a_command_names_its_tier_once_and_first(command, tier):
    prepared("int")
    prepared("stg")
    done = run(command, env=guide_environment(USE_STG_DATABASE=str(tier == "STG")))
    lines = done.stderr.splitlines()
    assert TIER_LINE.match(lines[0])[1] == tier
    assert sum(bool(TIER_LINE.match(line)) for line in lines) == 1
    assert "\033" not in done.stderr


def test_a_program_that_only_asks_for_the_url_is_told_nothing_else():
    assert run(ONE_LINER, env=guide_environment()).stderr == ""


def test_a_busy_port_is_a_failure_and_no_refusal():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(["./run_backend.py", "--port", port], env=guide_environment())
    assert done.returncode == 4
    assert TIER_LINE.match(done.stderr)[1] == "STG"
    assert f"127.0.0.1:{port}" in complaints(done)[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_what_is_no_port_is_a_usage_error(port):
    done = run(["./run_backend.py", f"--port={port}"], env=guide_environment())
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@needs_no_agent
@pytest.mark.parametrize("key", EXAMPLES)
@pytest.mark.parametrize("starter", ["./run_backend.py", "./run_celery_worker.py"])
def test_a_server_does_not_start_with_a_signing_key_that_everybody_knows(starter, key):
    done = run([starter], env=environment(**PROD, SECRET_KEY=key))
    assert done.returncode == 2
    assert "example-secret" in complaints(done)[-1]
    assert "SECRET_KEY" in complaints(done)[-1]


@needs_no_agent
def test_neither_does_it_under_another_server_program():
    command = ["python", "-m", "uvicorn", "app.main:app", "--port", "0"]
    done = run(command, env=environment(**PROD, SECRET_KEY=""))
    assert done.returncode != 0
    assert "tierguard (example-secret): SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@needs_no_agent
@pytest.mark.parametrize("key", EXAMPLES)
def test_a_checkout_with_such_a_key_may_not_be_deployed(key):
    prepared("int")
    prepared("stg")
    done = run(["python", "scripts/pre_deploy_check.py"], env=guide_environment(SECRET_KEY=key))
    assert done.returncode == 1
    assert "example-secret" in done.stdout


def test_a_new_checkouts_env_has_a_key_of_its_own():
    keys = [
        line
        for name in (".env", ".env.example")
        for line in (checkout() / name).read_text().splitlines()
        if line.startswith("SECRET_KEY=")
    ]
    assert len(set(keys)) == 2
    assert (checkout() / ".env").stat().st_mode & 0o77 == 0
