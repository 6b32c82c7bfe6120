"""The first version and today's side by side: on one server, on one log and with one file of pins, at the same time."""

from __future__ import annotations

import json
import subprocess

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.first_version import FirstVersion, is_there
from support.patience import patience

from tierguard.evidence.pins import FILE
from tierguard.model import Tier

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not is_there(), reason="git's history is not here"),
]
CONNECT = "import psycopg, sys, tierguard; tierguard.install(); psycopg.connect(sys.argv[1]); print('used')"
# Many choices and connections, so that two versions write into one log in turns.
BUSY = """
import psycopg, sys, tierguard
tierguard.install()
from tierguard.audit import FileSink
from tierguard.model import Entry
with FileSink(__import__("pathlib").Path(sys.argv[2])) as sink:
    for number in range(int(sys.argv[3])):
        psycopg.connect(sys.argv[1]).close()
        sink.append(Entry("connect", tier="int", reason=str(number)), durable=number % 10 == 0)
"""
CONFIG = """\
[tool.tierguard]
project = "shop"
audit_log = "logs/audit.jsonl"
production_mode = "SHOP_PRODUCTION_MODE"
flags = { stg = "USE_STG_DATABASE", prod = "USE_PROD_DATABASE" }
[tool.tierguard.databases.default]
int.url = "TEST_DATABASE_URL"
stg.url = "STG_DATABASE_URL"
prod.url = "DATABASE_URL"
"""
NAMES = {"int": "up_int", "stg": "up_stg", "prod": "up_prod"}
PHRASE = ("shop/prod", "shop/prod\n")


class Today:
    """This version, asked in the same words."""

    python = "python"

    @staticmethod
    def command(*words):
        return ["tierguard", *words]


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    return {"first": FirstVersion(tmp_path_factory.mktemp("first") / "venv"), "today": Today()}


@pytest.fixture
def urls(int_cluster):
    for name in NAMES.values():
        clusters.make_database(int_cluster, name)
    yield {tier: int_cluster.url(name) for tier, name in NAMES.items()}
    for name in NAMES.values():
        clusters.drop_database(int_cluster, name)


@pytest.fixture
def project(tmp_path):
    """Give the folder of a project whose URLs stand in the environment that :func:`env` gives."""
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    return tmp_path


def env(urls, **extra):
    names = {"int": "TEST_DATABASE_URL", "stg": "STG_DATABASE_URL", "prod": "DATABASE_URL"}
    return environment(**{names[tier]: url for tier, url in urls.items()}, **extra)


def attempt(version, project, urls, tier):
    return run([version.python, "-c", CONNECT, urls[tier]], cwd=project, env=env(urls))


@needs_no_agent
@pytest.mark.parametrize(("writer", "reader"), [("first", "today"), ("today", "first")])
def test_what_one_stamps_and_pins_the_other_obeys(versions, project, urls, writer, reader):
    write, read = versions[writer], versions[reader]
    for tier in ("int", "stg"):
        done = run(write.command("stamp", tier), cwd=project, env=env(urls))
        assert done.returncode == 0, done.stderr
    for act in ("stamp", "pin"):
        answers = [PHRASE]
        said, code = type_at_terminal(write.command(act, "prod"), cwd=project, env=env(urls), answers=answers)
        assert code == 0, said
    # PROD shares the server: an ordinary connection of INT is judged by what the other version wrote.
    for tier, code in (("int", 0), ("stg", 3), ("prod", 3)):
        done = attempt(read, project, urls, tier)
        assert done.returncode == code, (tier, done.stderr)
    pinned = json.loads((project / FILE).read_text())
    assert [pin["db"] for pin in pinned["pins"]] == ["up_prod"]
    server = env(urls, SHOP_PRODUCTION_MODE="true", USE_PROD_DATABASE="true")
    done = run([read.python, "-c", CONNECT, urls["prod"]], cwd=project, env=server)
    assert (done.returncode, done.stdout) == (0, "used\n"), done.stderr


@needs_no_agent
@pytest.mark.parametrize(("writer", "reader"), [("first", "today"), ("today", "first")])
def test_a_pin_alone_of_the_one_keeps_the_other_out(versions, project, urls, writer, reader):
    pin = versions[writer].command("pin", "prod")
    said, code = type_at_terminal(pin, cwd=project, env=env(urls), answers=[PHRASE])
    assert code == 0, said
    done = attempt(versions[reader], project, urls, "prod")
    assert done.returncode == 3
    assert "above-int" in done.stderr


def test_both_write_one_log_at_once_and_both_verify_it(versions, project, urls, int_cluster):
    clusters.stamp(int_cluster, NAMES["int"], Tier.INT, project="shop")
    log, rounds, each = project / "logs" / "audit.jsonl", 30, 3
    running = [
        subprocess.Popen(
            [version.python, "-c", BUSY, urls["int"], str(log), str(rounds)],
            cwd=project,
            env=env(urls),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(each)
        for version in versions.values()
    ]
    for one in running:
        _, said = one.communicate(timeout=patience())
        assert one.returncode == 0, said
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    numbered = [line for line in lines if line["reason"].isdigit()]
    assert len(numbered) == rounds * each * len(versions)
    for version in versions.values():
        done = run(version.command("audit", "verify", "--json"), cwd=project, env=env(urls))
        assert done.returncode == 0, done.stdout + done.stderr
        told = run(version.command("audit", "query", "--json"), cwd=project, env=env(urls)).stdout
        assert len(told.splitlines()) == len(lines)
