"""An act follows every execution of its module, whatever found it, and a module is as it would be without."""

import importlib
import importlib.util
import sys
from importlib import _bootstrap
from importlib.machinery import PathFinder

import pytest

from tierguard.errors import SettingMismatch
from tierguard.process.imports import when_executed


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package ``shelf`` with a module ``book``, and importlib as it was before the test."""
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "__init__.py").write_text("")
    (tmp_path / "shelf" / "book.py").write_text("pages = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(_bootstrap, "_init_module_attrs", _bootstrap._init_module_attrs)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield tmp_path / "shelf"
    for name in ("shelf", "shelf.book", "shelf.shelf", "shelf.shelf.book"):
        sys.modules.pop(name, None)


@pytest.fixture
def seen(package):  # noqa: ARG001 - what importlib does is put back after it
    """Where an act on ``shelf.book`` notes what it saw."""
    seen = []
    when_executed({"shelf.book": lambda module: seen.append((module.__name__, module.pages))})
    return seen


def test_a_module_is_acted_on_at_its_import_and_when_it_is_reloaded(seen):
    book = importlib.import_module("shelf.book")
    importlib.reload(book)
    assert seen == [("shelf.book", 3)] * 2


@pytest.mark.usefixtures("package")
def test_a_module_that_is_imported_already_is_acted_on_at_once():
    book, seen = importlib.import_module("shelf.book"), []
    when_executed({"shelf.book": seen.append})
    assert seen == [book]


@pytest.mark.parametrize("name", ["shelf.book", "another", "vendored.shelf.book"])
def test_a_copy_loaded_by_its_file_is_acted_on_whatever_it_is_called(package, seen, name):
    spec = importlib.util.spec_from_file_location(name, package / "book.py")
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    assert seen == [(name, 3)]


def test_a_part_of_another_package_that_is_called_the_same_is_left_alone(package, seen):
    (package / "shelf").mkdir()
    (package / "shelf" / "book.py").write_text("no = 'pages'\n")
    importlib.import_module("shelf.shelf.book")
    assert seen == []


def test_a_finder_that_comes_later_does_not_displace_the_act(seen):
    sys.meta_path.insert(0, PathFinder)
    importlib.import_module("shelf.book")
    sys.modules.pop("shelf.book")
    sys.meta_path[:] = [PathFinder]
    importlib.import_module("shelf.book")
    assert seen == [("shelf.book", 3)] * 2


@pytest.mark.usefixtures("package")
def test_an_act_that_raises_makes_the_import_fail():
    def refuse(module):
        raise PermissionError(module.__name__)

    when_executed({"shelf.book": refuse})
    for _ in range(2):
        with pytest.raises(PermissionError, match=r"shelf\.book"):
            importlib.import_module("shelf.book")
    assert "shelf.book" not in sys.modules


def test_a_module_keeps_its_own_loader_and_others_are_left_alone(seen):
    plain = importlib.util.find_spec("shelf.book").loader
    book = importlib.import_module("shelf.book")
    assert type(book.__spec__.loader) is type(book.__loader__) is type(plain)
    importlib.reload(importlib.import_module("colorsys"))
    assert seen == [("shelf.book", 3)]


@pytest.mark.usefixtures("package")
def test_a_python_without_that_place_is_refused(monkeypatch):
    monkeypatch.delattr(_bootstrap, "_init_module_attrs")
    with pytest.raises(SettingMismatch, match="no driver can be gated"):
        when_executed({})
