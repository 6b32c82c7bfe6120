"""The package as others meet it: its front door, its weight, its size, and what must not be in it."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.checkout import ROOT
from support.child import environment, run

import tierguard
from tierguard import tools

SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "app").rglob("*.py")])
CODE = [path for path in SOURCES if "tierguard" in path.parts]
LONGEST = 300


def tracked() -> list[Path]:
    """Return the files that git tracks; in a checkout without git, the project's own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_the_front_door_is_sorted_complete_and_opens():
    assert tierguard.__all__ == sorted(tierguard.__all__)
    assert len(set(tierguard.__all__)) == len(tierguard.__all__)
    assert set(tierguard._LAZY) <= set(tierguard.__all__)
    for name in tierguard.__all__:
        assert getattr(tierguard, name) is not None
    assert dir(tierguard) == tierguard.__all__
    promised = {"Tier", "Operation", "install", "resolve", "authorize", "status"}
    assert promised <= set(tierguard.__all__)
    errors = {kind.__name__ for kind in subclasses(tierguard.TierguardError)} | {"TierguardError"}
    assert errors <= set(tierguard.__all__)


def test_the_tools_are_sorted_complete_documented_and_open():
    assert tools.__all__ == dir(tools) == sorted(tools._PLACES)
    for name in tools.__all__:
        assert callable(getattr(tools, name))
        assert f"``{name}``" in tools.__doc__
    with pytest.raises(AttributeError, match="nonsense"):
        tools.nonsense  # noqa: B018 - looking is the test


def subclasses(kind):
    for child in kind.__subclasses__():
        if child.__module__ == "tierguard.errors":
            yield child
            yield from subclasses(child)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        tierguard.nonsense  # noqa: B018 - looking is the test


@pytest.mark.parametrize("module", ["tierguard", "tierguard.model, tierguard.errors, tierguard.deciding.policy"])
def test_importing_loads_the_standard_library_only(module):
    program = (
        f"import sys; before = set(sys.modules); import {module}; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = run([sys.executable, "-c", program], cwd=Path("/"), env=environment())
    assert (done.returncode, done.stdout, done.stderr) == (0, "['tierguard']\n", "")


PURE = sorted(
    path
    for room in ("deciding", "statements", "text", "model.py", "errors.py")
    for path in (
        [ROOT / "src/tierguard" / room] if room.endswith(".py") else (ROOT / "src/tierguard" / room).glob("*.py")
    )
)
EFFECTS = {"os", "time", "socket", "subprocess", "pathlib", "logging"}


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_what_decides_imports_nothing_that_acts(path):
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert not {module.partition(".")[0] for module in imported} & EFFECTS


def test_the_library_knows_nothing_of_the_application():
    for path in CODE:
        assert "instainstru" not in path.read_text().lower().replace('name_role("insta-instru", "int")', "").replace(
            "'insta_instru_int'", ""
        ), path


@pytest.mark.parametrize("path", [*ROOT.glob("scripts/*.py"), *ROOT.glob("run_*.py")], ids=lambda path: path.name)
def test_a_script_holds_no_logic(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 15
    assert text.startswith("#!/usr/bin/env python3\n")
    assert path.stat().st_mode & 0o111
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def test_no_file_is_longer_than_a_person_reads_at_once():
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST}
    assert sorted(lengths.values())[len(lengths) // 2] < 100


FORBIDDEN = re.compile(
    r"(?<![\w.-])/(?:work|root|home/[a-z]+|Users/[a-z]+)/\w|/tmp/bash_(?:jobs)|--(?:extra-)?index-url|pypi\.org/simple"
)


def test_no_tracked_file_names_a_machine_or_a_package_registry():
    found = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := FORBIDDEN.search(text):
            found[str(path.relative_to(ROOT))] = match[0]
    assert not found


def test_no_secret_and_no_state_is_tracked():
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert ".env" not in names
    assert not [name for name in names if name.startswith(("logs/", ".tierguard/", ".venv/")) or "__pycache__" in name]


def test_the_wheel_holds_the_library_and_nothing_else(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = run(build, env=environment())
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    roots = {name.split("/")[0].split("-")[0] for name in names}
    startup = {path.name for path in (ROOT / "src/site-packages").iterdir() if path.is_file()}
    assert startup == {"_tierguard_startup.py", "tierguard.pth", "tierguard.start"}
    assert roots == {"tierguard"} | startup
    assert "tierguard/py.typed" in names
    assert "tierguard/shim/sitecustomize.py" in names
    wanted = {str(path.relative_to(ROOT / "src")) for path in CODE}
    assert wanted <= set(names)
