"""INT of a linked git worktree: a database of its own, made, used, handed down, and found when the worktree is gone."""

import json
import subprocess
import sys

import pytest
from support import clusters
from support.child import environment, run

from tierguard.errors import SettingMismatch
from tierguard.evidence.config import load
from tierguard.evidence.worktrees import find_repository

TREES = "SELECT datname FROM pg_database WHERE datname LIKE 'tree\\_test\\_\\_tg\\_tree%'"
ENSURE = "import tierguard; from tierguard import tools; print(tools.ensure_database(tierguard.resolve()))"


def git(*args, cwd):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run(["git", *identity, *args], cwd=cwd, check=True, capture_output=True)


def tell(folder, *args, **extra):
    done = run([sys.executable, *args], cwd=folder, env=environment(**extra))
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.strip()


@pytest.fixture
def clone(int_cluster, tmp_path):
    """A clone whose configuration asks for it, with a linked worktree beside it."""
    clusters.make_database(int_cluster, "tree_test")
    clusters.stamp(int_cluster, "tree_test", "int")
    folder = clusters.project(tmp_path / "clone", int_cluster.url("tree_test"))
    toml = folder / "tierguard.toml"
    toml.write_text(toml.read_text() + "int.per_worktree = true\n")
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "x", cwd=folder)
    git("worktree", "add", "-q", str(tmp_path / "other"), cwd=folder)
    yield folder
    for (name,) in int_cluster.admin("SELECT datname FROM pg_database WHERE datname LIKE 'tree\\_test%'"):
        clusters.drop_database(int_cluster, name)


def test_a_linked_worktree_has_an_int_of_its_own(clone, int_cluster):
    other = clone.parent / "other"
    assert tell(clone, "-m", "tierguard", "url").endswith("/tree_test")
    url = tell(other, "-m", "tierguard", "url")
    name = url.rpartition("/")[2]
    assert name.startswith("tree_test__tg_tree_")
    assert tell(other, "-m", "tierguard", "url", TEST_DATABASE_URL=url) == url  # handed down: it is taken as it is
    ci = int_cluster.url("tree_test")
    assert tell(other, "-m", "tierguard", "url", CI="true", DATABASE_URL=ci) == ci
    assert tell(other, "-c", ENSURE) == "True"
    assert int_cluster.admin(TREES) == [(name,)]
    assert find("worktree-gone", clone) == []
    clusters.make_database(int_cluster, f"{name}__tg_snap_1")
    clusters.make_database(int_cluster, "tree_test__tg_tree_of0another")  # another clone's
    git("worktree", "remove", "--force", str(other), cwd=clone)
    (finding,) = find("worktree-gone", clone)
    assert (
        f"psql --tier int -- -c 'DROP DATABASE \"{name}\"' -c 'DROP DATABASE \"{name}__tg_snap_1\"'" in finding["hint"]
    )


def find(rule, folder):
    findings = json.loads(tell(folder, "-m", "tierguard", "doctor", "--json"))
    return [one for one in findings if one["id"] == rule]


def test_a_submodule_is_no_worktree(clone, tmp_path):
    assert find_repository(tmp_path / "other").own == "other"
    assert find_repository(clone).own == ""
    module = tmp_path / "module"
    module.mkdir()
    (module / ".git").write_text(f"gitdir: {clone}/.git/modules/module\n")
    assert find_repository(module) is None


@pytest.mark.parametrize("line", ["stg.per_worktree = true", 'int.service = "s"'])
def test_it_is_for_int_and_for_urls(tmp_path, line):
    (tmp_path / "tierguard.toml").write_text(f"[databases.default]\nint.per_worktree = true\n{line}\n")
    with pytest.raises(SettingMismatch, match="per_worktree"):
        load(tmp_path)
