"""What ``status``, ``doctor`` and ``adopt`` say of the gate's reach."""

import json

import pytest
from support.child import environment, run

CALL = 'gate = "call"\n'
REACHES = {
    "start": "Every Python of this environment is gated when it imports a driver.",
    "call": 'the configuration says gate = "call".',
    "missing": "this environment has no start-up file.",
}
IDS = {"start": set(), "call": {"gate-by-call"}, "missing": {"start-missing"}}


@pytest.fixture(params=REACHES)
def reach(request, shop, tmp_path):
    """A project of one reach, and how its environment's tierguard is run: what it is, and the words of the command."""
    settings = (shop.folder / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(settings + CALL if request.param == "call" else settings)
    main = "from tierguard.cli.main import main; main()"
    if request.param != "missing":
        return request.param, [str(shop.python), "-c", main], tmp_path
    late = f"import sys; sys.path[:0] = [{str(shop.site_packages)!r}, *{libraries(shop)!r}]; {main}"
    return request.param, [str(shop.python), "-S", "-c", late], tmp_path


def libraries(shop):
    return (shop.site_packages / "libraries.pth").read_text().split()


def command(reach, prod_cluster, *words):
    _, words_before, folder = reach
    env = environment(TEST_DATABASE_URL=prod_cluster.url("nowhere"))
    return run([*words_before, *words], cwd=folder, env=env)


def test_status_says_how_far_the_gate_reaches(reach, prod_cluster):
    assert REACHES[reach[0]] in command(reach, prod_cluster, "status").stdout
    state = json.loads(command(reach, prod_cluster, "status", "--json").stdout)
    assert state["process"]["gate"] == reach[0]


def test_doctor_says_it_and_finds_what_is_missing(reach, prod_cluster):
    assert REACHES[reach[0]] in command(reach, prod_cluster, "doctor").stdout
    found = {finding["id"] for finding in json.loads(command(reach, prod_cluster, "doctor", "--json").stdout)}
    assert found & {"gate-by-call", "start-missing"} == IDS[reach[0]]


@pytest.mark.parametrize(
    ("extra", "asked"),
    [
        ("", ["TIERGUARD_PRODUCTION_MODE=true", "USE_PROD_DATABASE=true"]),
        ('production_mode = "LIVE"\nrequest = "APP_ENV"\nflags = {}\n', ["LIVE=true", "APP_ENV=prod"]),
    ],
)
def test_adopt_lists_first_what_a_server_must_set(shop, tmp_path, extra, asked):
    (tmp_path / "pyproject.toml").write_text((shop.folder / "pyproject.toml").read_text() + extra)
    done = run([str(shop.folder / ".venv/bin/tierguard"), "adopt"], cwd=tmp_path, env=environment(TEST_DATABASE_URL=""))
    first, *then = done.stdout.splitlines()
    assert first == "Before you deploy this, set in the environment of every server that uses PROD:"
    assert then[:2] == [f"    {line}" for line in asked]
