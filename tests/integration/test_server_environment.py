"""Where a server's word comes from: real servers in a git checkout, each told by its own option that it is PROD."""

import contextlib
import signal
import socket
import subprocess

import httpx
import pytest
from support.child import environment, needs_no_agent
from support.patience import patience, wait_until
from support.pristine import URLS, make_project

APP = """
import json
import tierguard

def answer():
    try:
        target = tierguard.resolve()
        return json.dumps([target.tier, target.rule])
    except tierguard.TierguardError as error:
        return json.dumps([str(error), error.rule])

def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer().encode()]

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer().encode()})
"""
FLAGS = {"USE_PROD_DATABASE": "true", "SHOP_PRODUCTION_MODE": "true"}
LINES = "".join(f"{name}={value}\n" for name, value in FLAGS.items())
GUNICORN = ["gunicorn", "web:wsgi", "--no-control-socket"]
UVICORN = ["uvicorn", "web:asgi", "--lifespan", "off"]
SERVER = ["prod", "R3"]

pytestmark = needs_no_agent


@pytest.fixture
def checkout(tmp_path):
    """Give a project in a git work tree, with an application that says which tier it is on."""
    make_project(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "web.py").write_text(APP)
    return tmp_path


def ask(checkout, command, **variables):
    """Start a server, ask its application, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = ["--bind", f"127.0.0.1:{port}"] if command[0] == "gunicorn" else ["--port", str(port)]
    with (
        (checkout / "server.log").open("w") as output,
        subprocess.Popen(
            [*command, *place],
            cwd=checkout,
            env=environment(**URLS, **variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # no terminal of ours
        ) as process,
    ):
        try:
            return wait_for(f"http://127.0.0.1:{port}/", process, checkout / "server.log")
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience())
            finally:
                process.kill()


def wait_for(address, process, log):
    def look():
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(address, timeout=patience())

    return wait_until(look, log.read_text).json()


def test_gunicorns_options_count(checkout):
    options = [word for name, value in FLAGS.items() for word in ("--env", f"{name}={value}")]
    assert ask(checkout, [*GUNICORN, *options]) == SERVER
    assert ask(checkout, GUNICORN, GUNICORN_CMD_ARGS="-e USE_PROD_DATABASE=true -e SHOP_PRODUCTION_MODE=1") == SERVER


@pytest.mark.parametrize("options", [[], ["--preload"]], ids=" ".join)
def test_gunicorns_configuration_file_counts(checkout, options):
    (checkout / "gunicorn.conf.py").write_text(
        f"raw_env = [f'{{name}}={{value}}' for name, value in {FLAGS}.items()]\n"
    )
    assert ask(checkout, [*GUNICORN, *options]) == SERVER


@pytest.mark.parametrize("options", [[], ["--workers", "2"]], ids=" ".join)
def test_uvicorns_environment_file_counts(checkout, options):
    (checkout / "live.env").write_text(LINES)
    assert ask(checkout, [*UVICORN, "--env-file", "live.env", *options]) == SERVER


@pytest.mark.parametrize("command", [GUNICORN, UVICORN], ids=["gunicorn", "uvicorn"])
def test_a_unit_files_environment_counts(checkout, command):
    assert ask(checkout, command, **FLAGS) == SERVER


@pytest.mark.parametrize(
    "command", [[*UVICORN, "--env-file", ".env"], [*UVICORN, "--env-file", ".env", "--workers", "2"]], ids=" ".join
)
def test_the_checkouts_env_file_does_not_count_whoever_loads_it(checkout, command):
    (checkout / ".env").write_text(LINES)
    said, rule = ask(checkout, command)
    assert rule == "R7"
    assert "USE_PROD_DATABASE in .env, SHOP_PRODUCTION_MODE in .env" in said
    assert "unit file" in said


@pytest.mark.parametrize(
    "command", [GUNICORN, [*GUNICORN, "--preload"], UVICORN], ids=["gunicorn", "preload", "uvicorn"]
)
def test_another_file_that_the_application_loads_does_not_count(checkout, command):
    (checkout / "live.env").write_text(LINES)
    (checkout / "web.py").write_text(f"from dotenv import load_dotenv\nload_dotenv('live.env')\n{APP}")
    said, rule = ask(checkout, command)
    assert rule == "R7"
    assert "USE_PROD_DATABASE set by the program itself" in said


@pytest.mark.parametrize("command", [GUNICORN, UVICORN], ids=["gunicorn", "uvicorn"])
def test_outside_of_a_work_tree_a_file_may_be_the_servers_environment(checkout, command):
    (checkout / ".git").rmdir()
    (checkout / ".env").write_text(LINES)
    (checkout / "web.py").write_text(f"from dotenv import load_dotenv\nload_dotenv()\n{APP}")
    assert ask(checkout, command) == SERVER
