"""Decision 0007 lists the libraries that the project names, with the licences that are installed."""

from __future__ import annotations

import importlib.util
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([\w-]+) \| [^|]+ \| ([^|]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def load():
    spec = importlib.util.spec_from_file_location("libraries", ROOT / "docs" / "libraries.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written():
    rows = dict(ROW.findall((ROOT / "docs/decisions/0007-libraries.md").read_text()))
    rows.pop("library")
    return rows


def test_the_table_names_every_library_of_the_project_and_no_other():
    assert sorted(written()) == sorted(load().list_libraries())


def test_the_table_states_the_installed_licences():
    installed = {one.name.lower().replace("_", "-") for one in metadata.distributions()}
    stated = {name: licence for name, licence in written().items() if name in installed}
    assert len(stated) > 30  # one or two are not made for every Python
    assert stated == {name: load().read_licence(name) for name in stated}


def test_nothing_that_is_shipped_is_under_the_gpl():
    assert [name for name, licence in written().items() if re.search(r"(?<!L)GPL", licence)] == []
