"""``.env``: who may read it, whether git takes it, and whether it asks for PROD."""

import os
import subprocess

import pytest
from support.facts import facts

from tierguard.checks.dotenv import check
from tierguard.model import Finding, Level

URL = "INT_URL=postgresql://u:p@h/d\n"
READABLE = Finding("dotenv-readable", Level.INFO, ".env can be read by other users.", "chmod 600 .env", ".env")
TRACKED = Finding(
    "dotenv-tracked",
    Level.ERROR,
    ".env is tracked by git.",
    "git rm --cached .env, and change the secrets that were in it.",
    ".env",
)
UNIGNORED = Finding("dotenv-unignored", Level.WARNING, ".env is not ignored by git.", "Add .env to .gitignore.", ".env")


def prod(name, file=".env"):
    message = f"{name} in {file} asks for PROD; in a git work tree that never counts without a question."
    hint = "Take it out. A server has it in its unit file or its container's environment."
    return Finding("dotenv-prod", Level.WARNING, message, hint, file)


def git(folder, *words):
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def write(folder, text=URL, mode=0o600):
    path = folder / ".env"
    path.write_text(text)
    path.chmod(mode)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder in which nothing but its own files is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


@pytest.fixture
def repository(project):
    git(project, "init", "-q")
    return project


@pytest.mark.parametrize("git_tree", [True, False])
def test_no_file_needs_no_word(repository, git_tree):
    assert check(facts(repository, git_tree=git_tree)) == []


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_private_ignored_file_needs_no_word(repository, mode):
    write(repository, mode=mode)
    (repository / ".gitignore").write_text(".env\n")
    assert check(facts(repository, git_tree=True)) == []


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_one_that_others_may_use_is_a_note_if_it_holds_a_url(project, mode):
    write(project, mode=mode)
    assert check(facts(project)) == [READABLE]
    write(project, "SECRET_KEY=change-me\n", mode)
    assert check(facts(project)) == []


def test_a_url_beside_bytes_that_are_no_text_counts_too(project):
    (project / ".env").write_bytes(b"\xff\n" + URL.encode())
    (project / ".env").chmod(0o644)
    assert check(facts(project)) == [READABLE]


def test_one_that_git_tracks_is_an_error_ignored_or_not(repository):
    write(repository)
    git(repository, "add", "-f", ".env")
    assert check(facts(repository)) == [TRACKED]
    (repository / ".gitignore").write_text(".env\n")
    assert check(facts(repository)) == [TRACKED]


def test_one_that_git_would_take_is_a_warning(repository):
    write(repository)
    assert check(facts(repository)) == [UNIGNORED]


def test_a_hook_of_another_repository_does_not_say_which_is_meant(repository, tmp_path_factory, monkeypatch):
    write(repository)
    git(repository, "add", "-f", ".env")
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert check(facts(repository)) == [TRACKED]


def test_outside_a_repository_and_without_git_nothing_is_said_of_git(project, monkeypatch):
    write(project)
    assert check(facts(project)) == []
    git(project, "init", "-q")
    git(project, "add", ".env")
    monkeypatch.setenv("PATH", os.devnull)
    assert check(facts(project)) == []


def test_what_is_wrong_adds_up_in_one_order(repository):
    write(repository, URL + "USE_PROD_DATABASE=true\n", 0o644)
    assert check(facts(repository, git_tree=True)) == [prod("USE_PROD_DATABASE"), READABLE, UNIGNORED]


TABLE = 'production_mode = "LIVE"\nrequest = "TIER"\naliases = { live = "prod" }\nflags = { prod = "USE_IT" }\n'


def test_every_variable_that_asks_for_prod_is_named(repository):
    (repository / ".gitignore").write_text(".env\n")
    write(repository, "LIVE=1\nTIER=live\nUSE_IT=yes\n")
    expected = [prod("LIVE"), prod("TIER"), prod("USE_IT")]
    assert check(facts(repository, table=TABLE, git_tree=True)) == expected


@pytest.mark.parametrize("text", ["LIVE=0\n", "TIER=stg\nUSE_IT=\n", "TIER=nonsense\n", "USE_PROD_DATABASE=1\n"])
def test_what_does_not_ask_for_prod_is_none(repository, text):
    (repository / ".gitignore").write_text(".env\n")
    write(repository, text)
    assert check(facts(repository, table=TABLE, git_tree=True)) == []


def test_one_that_the_project_shares_with_its_neighbours_is_looked_at_too(repository):
    backend = repository / "backend"
    backend.mkdir()
    write(repository, mode=0o644)
    (repository / ".gitignore").write_text(".env\n")
    found = Finding(
        "dotenv-readable", Level.INFO, "../.env can be read by other users.", "chmod 600 ../.env", "../.env"
    )
    assert check(facts(backend, git_tree=True)) == [found]


def test_on_a_server_it_may_say_prod(project):
    write(project, "USE_PROD_DATABASE=true\n")
    assert check(facts(project, git_tree=False)) == []


def test_a_file_where_loaders_look_counts_like_the_one_at_the_root(repository, monkeypatch):
    inner = repository / "deploy"
    inner.mkdir()
    write(inner, "USE_PROD_DATABASE=true\n")
    monkeypatch.chdir(inner)
    assert check(facts(repository, git_tree=True)) == [prod("USE_PROD_DATABASE", "deploy/.env")]
