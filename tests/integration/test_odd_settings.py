"""Broken configurations and odd environments: an error that names the key, an exit code of the design, no secret."""

import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from support.checkout import checkout
from support.child import PROGRAMS, environment
from support.odd import SECRET, TEXTS, URL, VALID, break_configuration, odd_environment, seeded, write
from support.patience import patience

from tierguard import embedded
from tierguard.errors import TierguardError
from tierguard.evidence.config import load, parse
from tierguard.model import Context, Tier
from tierguard.process.chosen import Process
from tierguard.process.ending import render
from tierguard.process.explanation import explain
from tierguard.text import conninfo, masking
from tierguard.text.display import clean

CODES = {0, 1, 2, 3, 4}


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Start no server, and forget the secrets of these tests."""
    monkeypatch.setattr(embedded, "resolve_url", lambda *_, **__: "postgresql://shop@127.0.0.1:1/shop")
    yield
    masking._literals.clear()


class Deaf:
    """Takes every record."""

    def append(self, entry, *, durable):
        del entry, durable
        return 1


class Silent:
    """A person who never agrees."""

    def answer(self, question, stop=None):
        del question, stop
        return ""


def check(act, *given, codes=frozenset({2}), **named):
    """Do something that may fail in the one way that is allowed; return what it returned, or the line of its error."""
    try:
        return act(*given, **named), ""
    except TierguardError as caught:
        error = caught
    line = render(error)
    assert error.exit_code in codes, line
    assert SECRET not in line
    assert line.isprintable()
    return None, line


def use(config, environ, context):
    """Choose, and look whatever the configuration and the environment say."""
    for tier in (None, *Tier):
        process = Process(config, environ, context, prompter=Silent())
        process.recorder.sink = Deaf()
        check(process.choose, tier, codes={2, 3})
        for database in config.databases:
            check(process.target, database, codes={2, 3, 4})
        process.find_databases({"host": "h", "port": "5432", "dbname": "shop"})
        assert SECRET not in f"{process!r} {vars(process)}"


def try_configuration(seed, folder):
    """Return whether the configuration that this seed breaks is refused; it may still be one."""
    path = folder / "tierguard.toml"
    path.write_bytes(write(break_configuration(seeded(seed))))
    os.utime(path, ns=(seed, seed))  # a version of its own, however fast the tests are
    config, line = check(load, folder)
    if config is None:
        assert re.search("tool|names no tier|[Aa]lias", line), (seed, line)
        return True
    use(config, {"TEST_DATABASE_URL": URL, "DATABASE_URL": URL}, Context())
    assert SECRET not in repr(config)
    return False


def try_configurations(wanted, folder):
    seeds, refused = count(), 0
    while refused < wanted:
        refused += try_configuration(next(seeds), folder)


def try_environment(seed, config):
    random = seeded(seed)
    environ = odd_environment(random)
    context = Context(ci=random.random() < 0.2, terminal=random.random() < 0.5, production_mode=random.random() < 0.2)
    use(config, environ, context)
    choice = explain(random.choice([None, "int", "prod", "live", SECRET, URL]), environ=environ, root=config.root)
    assert SECRET not in clean(f"{choice.reason} {choice.hint} {choice.notices} {choice.trace}"), seed
    for value in environ.values():
        parsed, _ = check(conninfo.parse, value, name="A_URL")
        assert SECRET not in repr(parsed)


@pytest.fixture
def config(tmp_path):
    (tmp_path / "tierguard.toml").write_bytes(write(VALID))
    return parse(VALID, tmp_path / "tierguard.toml")


def test_two_hundred_broken_configurations(tmp_path):
    try_configurations(200, tmp_path)


def test_two_hundred_odd_environments(config):
    for seed in range(200):
        try_environment(seed, config)


@pytest.mark.soak
def test_ten_thousand_broken_configurations(tmp_path):
    try_configurations(10_000, tmp_path)


@pytest.mark.soak
def test_two_thousand_odd_environments(config):
    for seed in range(2_000):
        try_environment(seed, config)


@pytest.mark.parametrize("name", ["tierguard.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_file_that_is_no_configuration(tmp_path, name, text):
    (tmp_path / name).write_bytes(text if name == "tierguard.toml" else b"# [tool.tierguard\n" + text)
    config, line = check(lambda: load(tmp_path))
    assert config is not None or name in line or "tool" in line


def refuse(path):
    """Do what the file system does where one may not read: root may."""
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.parametrize("kind", ["folder", "fifo", "loop", "broken link", "unreadable"])
def test_a_file_that_is_none(tmp_path, kind, monkeypatch):
    path = tmp_path / "tierguard.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind in {"loop", "broken link"}:
        path.symlink_to(path if kind == "loop" else tmp_path / "gone")
    else:
        path.write_bytes(write(VALID))
        monkeypatch.setattr(
            Path, "read_bytes", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
        )
    config, line = check(lambda: load(tmp_path))
    assert config is None
    assert "tierguard.toml" in line


@pytest.mark.parametrize("key", ["production_mode", "request", "flags", "url", "deliver", "password"])
def test_a_url_where_a_variables_name_belongs_is_not_repeated(tmp_path, key):
    default = {"int": {"url": URL}} if key == "url" else {"deliver": [URL]} if key == "deliver" else {}
    default = {"prod": {"parts": {"password": SECRET + "!"}}} if key == "password" else default
    table = {"databases": {"default": default}} if default else {key: {"stg": URL} if key == "flags" else URL}
    with pytest.raises(TierguardError, match=r"must be the name of a variable|no place for a URL") as caught:
        parse(table, tmp_path / "tierguard.toml")
    assert SECRET not in str(caught.value)
    assert key in str(caught.value)


COMMANDS = {
    "explain": ["tierguard", "explain"],
    "status": ["tierguard", "status"],
    "doctor": ["tierguard", "doctor"],
    "url": ["tierguard", "url"],
    "import": [sys.executable, "-c", "import app.core.config"],
}
SHELLS = {  # what the shell does to a process before it begins
    "closed input": 'exec "$@" <&-',
    "closed output": 'exec "$@" >&-',
    "closed errors": 'exec "$@" 2>&-',
    "everything closed": 'exec "$@" <&- >&- 2>&-',
    "full disk": 'exec "$@" >/dev/full',
    "folder gone": 'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
}
WORLDS = {
    "no home, no path": ({"HOME": "", "PATH": ""}, ""),
    "no such zone or language": (
        {"TZ": "No/Where", "LANG": "xx_XX.nothing", "LC_ALL": "xx", "TERM": "\x1b", "COLUMNS": "x"},
        "",
    ),
    "ASCII": ({"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0", "APP_ENV": "ünï"}, ""),
    "bytes": ({"TEST_DATABASE_URL": f"postgresql://shop:{SECRET}\udcff@h/shop", "APP_ENV": "\udcff\x1b[2J"}, ""),
    **{name: ({}, shell) for name, shell in SHELLS.items()},
}


def try_process(folder, command, variables, shell):
    """Run a command in an odd world; return its code."""
    (folder / "tierguard.toml").write_bytes(write(VALID))
    line = [str(PROGRAMS / COMMANDS[command][0]), *COMMANDS[command][1:]]
    if shell:
        line = ["/bin/sh", "-c", shell, "sh", *line]
    env = environment(TEST_DATABASE_URL=URL, PYTHONPATH=str(checkout())) | variables
    done = subprocess.run(
        line, cwd=folder, env=env, capture_output=True, timeout=patience(), check=False, start_new_session=True
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert SECRET not in said
    assert "Traceback" not in said, said
    assert done.returncode in CODES, said
    return done.returncode


@pytest.mark.parametrize(("world", "command"), [(world, [*COMMANDS][n % 5]) for n, world in enumerate(WORLDS)])
def test_a_real_process_in_an_odd_world(world, command, tmp_path):
    try_process(tmp_path, command, *WORLDS[world])


@pytest.mark.soak
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_every_odd_world(world, command, tmp_path):
    try_process(tmp_path, command, *WORLDS[world])
