"""Migration heads, read without Alembic."""

import pytest

from tierguard.evidence.heads import find_heads

REVISION = 'revision: str = "{}"\ndown_revision = {}\n'


@pytest.fixture
def history(tmp_path):
    folder = tmp_path / "migrations" / "versions"
    folder.mkdir(parents=True)

    def write(**revisions):
        for name, below in revisions.items():
            (folder / f"{name}.py").write_text(REVISION.format(name, below))
        return find_heads(tmp_path)

    return write


def test_the_head_is_what_nothing_builds_on(history):
    assert history(a=None, b="'a'", c="'b'") == ("c",)


def test_two_branches_have_two_heads_and_a_merge_one(history):
    assert history(a=None, b="'a'", c="'a'") == ("b", "c")
    assert history(m="('b', 'c')") == ("m",)


def test_a_file_that_is_no_revision_is_passed_over(history, tmp_path):
    (tmp_path / "migrations" / "versions" / "helper.py").write_text("x = 1\n")
    (tmp_path / "migrations" / "versions" / "broken.py").write_text("def (:\n")
    (tmp_path / "migrations" / "versions" / "dynamic.py").write_text("revision = str(1)\n")
    (tmp_path / "migrations" / "versions" / "raises.py").write_text("raise RuntimeError\nrevision = 'z'\n")
    assert history(a=None) == ("a", "z")


def test_no_folder_is_no_head(tmp_path):
    assert find_heads(tmp_path) == ()


@pytest.mark.parametrize("location", ["db/alembic", "%(here)s/db/alembic"])
def test_alembic_ini_places_the_folder(tmp_path, location):
    folder = tmp_path / "db" / "alembic" / "versions"
    folder.mkdir(parents=True)
    (folder / "x.py").write_text(REVISION.format("x", None))
    (tmp_path / "alembic.ini").write_text(f"[alembic]\nscript_location = {location}\n")
    assert find_heads(tmp_path) == ("x",)


def test_the_repositorys_head_is_alembics():
    from pathlib import Path

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    root = Path(__file__).parents[2]
    assert find_heads(root) == tuple(sorted(ScriptDirectory.from_config(Config(root / "alembic.ini")).get_heads()))
