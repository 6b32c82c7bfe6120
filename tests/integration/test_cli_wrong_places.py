"""A URL in every wrong place of every command: no secret is shown, and the exit code is one of the design's."""

import importlib

import click
import pytest
from support.pristine import make_project, tierguard

from tierguard.cli.main import COMMANDS, group
from tierguard.cli.runner import run_command
from tierguard.evidence.config import load
from tierguard.model import Context
from tierguard.process import chosen
from tierguard.process.chosen import Process
from tierguard.text import masking

SECRET = "Zq7secret"
URLS = [
    f"postgresql://shop:{SECRET}@db.example.org/shop",
    f"postgresql://shop:{SECRET} two words@db/shop",
    f'postgresql://shop:it\'s "{SECRET}"\n{SECRET}@db/shop',
    f"postgresql+psycopg://shop:a\\{SECRET}/@db/shop?sslmode=require",
    f"postgresql:///shop?host=db&password={SECRET}",
    f"host=db password={SECRET} dbname=shop",
]
OPS = ("check", "predeploy", "prepare", "reset", "scenarios", "seed", "verify")


class Deaf:
    """Takes every record."""

    def append(self, entry, *, durable):
        del entry, durable
        return 1


def commands(one, path=()):
    """Yield every command below one, with the words that lead to it."""
    yield path, one
    for name, inner in getattr(one, "commands", {}).items():
        yield from commands(inner, (*path, name))


def all_commands():
    """Return every command, with the words that lead to it; `tierguard` itself is the first."""
    context = click.Context(group)
    roots = [((name,), group.get_command(context, name)) for name in COMMANDS]
    ours = [(("tierguard", *path), one) for name, root in roots for path, one in commands(root, name)]
    scripts = [((name,), importlib.import_module(f"app.ops.{name}").command) for name in OPS]
    return [(("tierguard",), group), *ours, *scripts]


def wrong_lines(command, url):
    """Yield the words after a command that have the URL where it does not belong."""
    yield [url]
    yield [url, url]
    yield [f"--{url}"]
    yield [f"-{url}"]
    yield ["int", url, url]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from ([name, url] for name in parameter.opts)
            yield from ([f"{name}={url}", "int"] for name in parameter.opts)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Put this process into a project whose servers do not answer."""
    folder = make_project(tmp_path)
    monkeypatch.chdir(folder)
    environ = {"TEST_DATABASE_URL": "postgresql://shop@127.0.0.1:1/shop_test"}
    process = Process(load(folder), environ, Context())
    process.recorder.sink = Deaf()
    monkeypatch.setattr(chosen, "_process", process)
    yield folder
    masking._literals.clear()


@pytest.mark.parametrize(("path", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in all_commands()])
def test_no_secret_is_shown_wherever_the_url_stands(path, command, project, capfd):
    del project
    for url in URLS:
        for line in wrong_lines(command, url):
            masking._literals.clear()
            whole, arguments = (group, [*path[1:], *line]) if path[0] == "tierguard" else (command, line)
            code = run_command(whole, name=path[0], arguments=arguments)
            said = capfd.readouterr()
            assert SECRET not in said.out + said.err, line
            assert "Traceback" not in said.err, line
            assert code in {0, 1, 2, 3, 4, 126, 127}, line  # 126, 127: `run` and `psql` found no such program


@pytest.mark.parametrize("line", [["explain", URLS[0]], ["--tier", URLS[0]], [URLS[1]], ["run", "--", URLS[2]]])
def test_a_process_of_its_own_shows_none_either(line, tmp_path):
    done = tierguard(make_project(tmp_path), *line, TEST_DATABASE_URL="postgresql://shop@127.0.0.1:1/shop_test")
    assert done.returncode in {2, 4}
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_archive_is_a_file_and_no_url(tmp_path):
    done = tierguard(
        make_project(tmp_path), "dump", URLS[0], TEST_DATABASE_URL="postgresql://shop@127.0.0.1:1/shop_test"
    )
    assert done.returncode == 2, done.stderr  # before any server is asked
    assert SECRET not in done.stdout + done.stderr
