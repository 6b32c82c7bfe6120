"""The check for INT databases of git worktrees that are gone: what is listed, and for whom nothing is asked."""

import pytest
from support.facts import GOOD, SOURCES, facts

from tierguard.checks import worktrees
from tierguard.databases.state import TierState
from tierguard.evidence.worktrees import Repository, find_repository
from tierguard.model import Finding, Level

TABLE = SOURCES + "int.per_worktree = true\n"


@pytest.fixture
def clone(tmp_path):
    """A clone with one linked worktree, as git writes it down."""
    (tmp_path / "there").mkdir()
    for tree, folder in (("there", "there"), ("gone", "gone")):
        admin = tmp_path / ".git" / "worktrees" / tree
        admin.mkdir(parents=True)
        (admin / "gitdir").write_text(f"{tmp_path / folder / '.git'}\n")
    (tmp_path / "there" / ".git").touch()
    return tmp_path


@pytest.fixture
def name(clone):
    """Return what INT is called in a worktree of the clone."""
    return lambda tree: Repository(find_repository(clone).common, tree).name_database("shop_test")


def test_what_a_vanished_worktree_left_is_listed_with_the_command_that_drops_it(clone, name, monkeypatch):
    gone, beside = name("gone"), f"{name('gone')}__tg_snap_1"
    others = ["shop_test__tg_tree_0000011111", name("there"), "shop_test__tg_snap_1", "shop"]
    for first in ("shop_test", name("there")):
        names = (first, gone, beside, *others)
        monkeypatch.setattr(worktrees, "list_databases", lambda *_, names=names: names)
        drop = f"tierguard psql --tier int -- -c 'DROP DATABASE \"{gone}\"' -c 'DROP DATABASE \"{beside}\"'"
        message = f"{gone} was INT of a git worktree that is gone."
        expected = [Finding("worktree-gone", Level.INFO, message, f"Drop it: {drop}", "int")]
        assert worktrees.check(facts(clone, {"int": GOOD}, table=TABLE)) == expected


@pytest.mark.parametrize(("table", "state"), [(SOURCES, GOOD), (TABLE, TierState(configured=True))])
def test_nothing_is_asked_for_who_does_not_want_it_or_of_an_int_that_was_not_looked_at(
    clone, monkeypatch, table, state
):
    monkeypatch.setattr(worktrees, "list_databases", lambda *_: pytest.fail("asked"))
    assert worktrees.check(facts(clone, {"int": state}, table=table)) == []
