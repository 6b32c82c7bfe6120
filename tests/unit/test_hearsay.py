"""What stands in a file of the project, or was set by the program itself, is told from what a server was given."""

import os
import sys
from functools import partial
from itertools import product
from types import ModuleType, SimpleNamespace

import pytest

from tierguard import startup
from tierguard.evidence.config import parse
from tierguard.evidence.detect import detect, identify_actor
from tierguard.evidence.hearsay import asking, find_hearsay, read_files, weigh
from tierguard.model import Context, Hearsay

CONFIG = {
    "project": "shop",
    "production_mode": "SHOP_LIVE",
    "flags": {"stg": "SHOP_STG", "prod": "SHOP_PROD"},
    "request": "APP_ENV",
    "aliases": {"production": "prod", "staging": "stg"},
}
SERVER = {"SHOP_LIVE": "true", "SHOP_PROD": "1", "APP_ENV": "Production"}


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Give the configuration of a project in a git work tree, in which the program runs."""
    root = tmp_path / "tree" / "shop"
    (root / "web").mkdir(parents=True)
    (tmp_path / "tree" / ".git").mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "orig_argv", ["python", "job.py"])
    return parse(CONFIG, root / "tierguard.toml")


@pytest.fixture
def begin(monkeypatch):
    """Say what the environment was before any code, and how the process was started."""

    def set_start(before, *line):
        monkeypatch.setattr(startup, "environment", lambda: before)
        monkeypatch.setattr(sys, "orig_argv", ["python", *(line or ["job.py"])])

    set_start(None)
    return set_start


def said(hearsay):
    return [hearsay.production_mode, hearsay.flag, hearsay.request]


def test_every_variable_that_asks_for_prod_is_known_by_its_meaning(config):
    assert asking(config, SERVER) == set(SERVER)
    for name, word in product(SERVER, ["", "false", "0", "ture", "int", "staging", "STG"]):
        assert asking(config, SERVER | {name: word}) == set(SERVER) - {name}
    assert asking(config, {"SHOP_STG": "true", "CI": "true", "APP_ENV": " PROD "}) == {"APP_ENV"}


def test_a_configuration_without_flags_and_request_knows_its_mode_alone(tmp_path):
    config = parse({"project": "shop", "flags": {}}, tmp_path / "tierguard.toml")
    assert asking(config, SERVER | {"": "true", "TIERGUARD_PRODUCTION_MODE": "on"}) == {"TIERGUARD_PRODUCTION_MODE"}


def test_a_variable_is_hearsay_where_the_file_says_the_same(config):
    weighed = partial(weigh, config, SERVER)
    assert said(weighed({".env": SERVER})) == ["SHOP_LIVE in .env", "SHOP_PROD in .env", "APP_ENV in .env"]
    assert said(weighed({".env": {}, "web/.env": {"SHOP_PROD": "yes"}})) == ["", "SHOP_PROD in web/.env", ""]
    assert weighed({".env": {"SHOP_LIVE": "false", "SHOP_PROD": "", "APP_ENV": "stg"}}) == Hearsay()
    assert weigh(config, {"APP_ENV": "stg", "SHOP_PROD": "0"}, {".env": SERVER}) == Hearsay()


def test_a_variable_is_hearsay_where_nobody_but_the_program_set_it(config):
    weighed = partial(weigh, config, SERVER, {})
    assert weighed(None) == weighed(frozenset(SERVER)) == Hearsay()
    by_itself = "SHOP_PROD set by the program itself"
    assert said(weighed(frozenset({"SHOP_LIVE", "APP_ENV"}))) == ["", by_itself, ""]
    assert said(weigh(config, SERVER, {".env": SERVER}, ()))[1] == "SHOP_PROD in .env"  # the more useful of the two


def test_the_files_are_those_where_loaders_look_and_none_outside_the_work_tree(config, monkeypatch, tmp_path):
    assert list(read_files(config.root)) == [".env", "../.env"]
    monkeypatch.chdir(config.root / "web")
    assert list(read_files(config.root)) == [".env", "../.env", "web/.env"]
    monkeypatch.chdir(tmp_path)
    assert list(read_files(config.root)) == [".env", "../.env"]
    settings = ModuleType("settings")
    settings.__file__ = str(config.root / "web" / "settings.py")
    monkeypatch.setitem(sys.modules, "settings", settings)
    assert list(read_files(config.root)) == [".env", "../.env", "web/.env"]
    (tmp_path / "tree" / ".git").rmdir()
    assert list(read_files(config.root)) == [".env"]


def test_a_file_that_is_not_there_or_not_ours_says_nothing_and_one_in_another_encoding_what_it_says(config):
    (config.root / ".env").mkdir()
    assert not any(read_files(config.root).values())
    (config.root.parent / ".env").write_bytes("SHOP_PROD=true\nNAME=Zürich\n".encode("latin-1"))
    assert read_files(config.root)["../.env"]["SHOP_PROD"] == "true"


def test_a_copied_env_file_is_seen_whoever_loaded_it_and_in_children(config, begin):
    (config.root / ".env").write_text('export SHOP_PROD="true"  # from the server\nSHOP_LIVE = yes\n')
    for before in (None, {}, SERVER):  # not known; loaded by the program; inherited from a parent that loaded it
        begin(before)
        assert said(find_hearsay(config, SERVER))[:2] == ["SHOP_LIVE in .env", "SHOP_PROD in .env"]
    assert detect(config, SERVER, own=False).hearsay == Hearsay()


def test_what_another_file_or_the_code_gave_is_seen_where_the_start_is_known(config, begin):
    (config.root / ".env.production").write_text("SHOP_PROD=true\nSHOP_LIVE=true\nAPP_ENV=prod\n")
    begin({"SHOP_LIVE": "true"})
    found = find_hearsay(config, SERVER)
    assert said(found) == ["", "SHOP_PROD set by the program itself", "APP_ENV set by the program itself"]
    begin(None)
    assert find_hearsay(config, SERVER) == Hearsay()


def test_the_environment_of_systemd_and_of_a_container_is_no_hearsay(config, begin):
    begin(SERVER)
    assert find_hearsay(config, SERVER) == Hearsay()


@pytest.mark.parametrize(
    "line",
    [
        ["/venv/bin/uvicorn", "--env-file", "live.env", "shop:app"],
        ["-m", "uvicorn", "shop:app", "--env-file=live.env"],
        ["/venv/bin/granian", "--env-files", "live.env", "shop:app"],
    ],
)
def test_a_file_that_the_command_line_names_counts(config, begin, line):
    (config.root / "live.env").write_text("SHOP_PROD=true\nSHOP_LIVE=true\nAPP_ENV=production\n")
    begin({}, *line)
    assert find_hearsay(config, SERVER) == Hearsay()
    begin({"UVICORN_ENV_FILE": "live.env"}, "/venv/bin/uvicorn", "shop:app")
    assert find_hearsay(config, SERVER) == Hearsay()
    (config.root / "live.env").write_text("SHOP_PROD=true\n# not the mode\n")
    os.utime(config.root / "live.env", ns=(1, 1))  # another version, whatever the clock's grain
    begin({}, *line)
    assert said(find_hearsay(config, SERVER))[:2] == ["SHOP_LIVE set by the program itself", ""]


def test_an_env_file_that_is_the_projects_own_does_not(config, begin):
    (config.root / ".env").write_text("SHOP_PROD=true\n")
    begin({}, "/venv/bin/uvicorn", "--env-file", ".env", "shop:app")
    assert find_hearsay(config, SERVER).flag == "SHOP_PROD in .env"


RAW = ["SHOP_PROD=1", "SHOP_LIVE=true", "APP_ENV=prod", "OTHER"]


@pytest.mark.parametrize(
    "words",
    ["-e SHOP_PROD=1 -eSHOP_LIVE=true --env=APP_ENV=prod", "-b :80 --env SHOP_PROD=1 -e SHOP_LIVE=on -eAPP_ENV=prod"],
)
def test_gunicorns_own_options_count(config, begin, words):
    begin({}, "/venv/bin/gunicorn", *words.split(), "shop:app")
    assert find_hearsay(config, SERVER) == Hearsay()
    begin({"GUNICORN_CMD_ARGS": words}, "-m", "gunicorn", "shop:app")
    assert find_hearsay(config, SERVER) == Hearsay()
    begin({"GUNICORN_CMD_ARGS": words}, "job.py", *words.split())
    assert all(said(find_hearsay(config, SERVER)))


@pytest.mark.parametrize(
    ("words", "module"), [([], "__config__"), (["-c", "conf.py"], "__config__"), (["--config=python:deploy"], "deploy")]
)
def test_gunicorns_configuration_file_counts_as_gunicorn_evaluated_it(config, begin, monkeypatch, words, module):
    begin({}, "/venv/bin/gunicorn", *words, "shop:app")
    assert find_hearsay(config, SERVER).flag
    monkeypatch.setitem(sys.modules, module, SimpleNamespace(raw_env=RAW))
    assert find_hearsay(config, SERVER) == Hearsay()
    begin({}, "job.py", *words)
    assert find_hearsay(config, SERVER).flag


def test_a_mode_from_a_file_makes_no_server_of_the_actor():
    here = Context(production_mode=True, git_tree=True, hearsay=Hearsay(production_mode="SHOP_LIVE in .env"))
    assert identify_actor(here).kind == "unknown"
    assert identify_actor(Context(production_mode=True, git_tree=True)).kind == "server"
