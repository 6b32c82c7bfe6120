"""What makes another prepared database: every file that shapes one, the libraries, and the day."""

import sys
from datetime import UTC, datetime

import pytest

from app.ops import recipe


@pytest.fixture
def project(tmp_path, monkeypatch):
    for place in ("migrations/versions/1.py", "seeds/roles.yaml", "app/services/embedding.py", "app/models/user.py"):
        file = tmp_path / place
        file.parent.mkdir(parents=True)
        file.write_text("before")
    monkeypatch.setattr(recipe, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_the_same_checkout_is_the_same_recipe():
    assert recipe.read() == recipe.read()


@pytest.mark.parametrize(
    "changed", ["migrations/versions/1.py", "migrations/versions/2.py", "seeds/roles.yaml", "app/services/embedding.py"]
)
def test_a_changed_or_new_file_is_another(project, changed):
    before = recipe.read()
    (project / changed).write_text("after")
    assert recipe.read() != before


def test_another_version_of_a_library_is_another(project, monkeypatch):
    before = recipe.read()
    (project / "lib" / "wordllama-9.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(project / "lib")])
    assert recipe.read() != before


@pytest.mark.usefixtures("project")
def test_yesterdays_is_not_todays(monkeypatch):
    before = recipe.read()

    class Tomorrow(datetime):
        @classmethod
        def now(cls, zone):
            return datetime.fromtimestamp(datetime.now(zone).timestamp() + 86_400, UTC)

    monkeypatch.setattr(recipe, "datetime", Tomorrow)
    assert recipe.read() != before
