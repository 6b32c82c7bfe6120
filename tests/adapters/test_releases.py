"""The oldest and the newest releases of the drivers that pyproject.toml names, each in an environment of its own."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support import child, clusters
from support.patience import patience

ROOT = Path(__file__).resolve().parents[2]
DRIVERS = ("psycopg", "psycopg2", "asyncpg", "pg8000")
NEEDED = ("pytest", "click", "pgparse", "python-dotenv", "rich")
TRACERS = (
    *(f"opentelemetry-instrumentation-{driver}" for driver in ("psycopg", "psycopg2", "asyncpg")),
    *("ddtrace", "typeguard"),
)

pytestmark = pytest.mark.soak


def requirements(*, oldest):
    """Return what pip is to install, from the bounds that are stated for users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    stated = [
        *project["dependencies"],
        *(one for extra in DRIVERS for one in project["optional-dependencies"].get(extra, ())),
    ]
    found = [one for one in stated if re.match(rf"({'|'.join(DRIVERS)})\b", one)]
    assert len(found) == len(DRIVERS)
    return [one.replace(">=", "==") if oldest else one for one in found]


def make_environment(folder, *packages):
    """Make a virtual environment; skip where a package has no wheel for this Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    done = subprocess.run(
        [*install, *NEEDED, *packages], capture_output=True, text=True, timeout=patience(600), check=False
    )
    if "No matching distribution" in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert done.returncode == 0, done.stderr
    return python


@pytest.mark.parametrize("oldest", [True, False], ids=["oldest", "newest"])
def test_releases_pass_the_conformance_kit(int_cluster, tmp_path, oldest):
    python = make_environment(tmp_path / "environment", *requirements(oldest=oldest))
    kit = [
        "tests/adapters/test_conformance.py",
        "--noconftest",
        "--import-mode=importlib",
        "-p",
        "support.given_server",
    ]
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-c", os.devnull, f"--rootdir={ROOT}", "-p", "no:cacheprovider", *kit],
        cwd=ROOT,
        env=child.environment(PYTHONPATH=f"{ROOT}/src:{ROOT}/tests", CONFORMANCE_SERVER=int_cluster.url()),
        capture_output=True,
        text=True,
        timeout=patience(1800),
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Return the Python of an environment with the newest drivers and what instruments them."""
    return make_environment(tmp_path_factory.mktemp("traced"), *requirements(oldest=False), *TRACERS)


@pytest.fixture
def project(int_cluster, prod_cluster, tmp_path):
    """Return the folder of a project that is on INT."""
    clusters.make_database(int_cluster, "traced_int", rows=3)
    clusters.stamp(int_cluster, "traced_int", "int")
    return clusters.project(tmp_path / "project", int_cluster.url("traced_int"), "", prod_cluster.url("prod"))


@pytest.mark.parametrize("order", ["gate-first", "gate-last"])
@pytest.mark.parametrize("library", ["opentelemetry", "ddtrace", "typeguard"])
def test_instrumented_drivers_reach_int_and_never_prod(project, traced, library, order):
    urls = dict(line.split("=", 1) for line in (project / ".env").read_text().splitlines())
    env = child.environment(PYTHONPATH=f"{ROOT}/src", HOME=str(project), **urls)
    done = child.run([traced, str(ROOT / "tests/support/instrumented.py"), library, order], cwd=project, env=env)
    assert done.returncode == 0, done.stderr
    uses = ("psycopg", "Connection", "AsyncConnection", "psycopg2", "asyncpg", "pg8000")
    assert done.stdout.splitlines() == [f"{name}: 42 refused" for name in uses]
