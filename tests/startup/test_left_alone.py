"""What has no project and what uses no driver is not disturbed, and nothing stays behind."""

import sysconfig
from pathlib import Path

import pytest
from support.child import ROOT, run

READ = (
    "import psycopg as p\nwith p.connect({url!r}) as c: print(c.execute('SELECT count(*) FROM person').fetchone()[0])\n"
)
GATED = "from tierguard.process.installation import installed_gate; print(installed_gate())"


def files(folder):
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def test_an_environment_of_no_project_is_left_alone(nobody, tmp_path):
    before = files(nobody.folder)
    for cwd in (nobody.folder, tmp_path, "/"):
        done = nobody.run("-W", "error", "-c", READ.format(url=nobody.prod) + GATED, cwd=cwd)
        assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["10", "None"], "")
    assert files(nobody.folder) == before
    assert not files(tmp_path)


def test_what_uses_no_driver_loads_nothing_and_finds_the_import_system_as_it_was(shop, nobody):
    loaded = "import sys, json, email.message; print([name for name in sys.modules if 'tierguard' in name])"
    assert shop.run("-c", loaded).stdout == "['_tierguard_startup']\n"
    prepared = "import psycopg2, _frozen_importlib as f; print(f._init_module_attrs.__name__)"
    assert nobody.run("-c", prepared).stdout == "_init_module_attrs\n"


def test_every_library_of_a_driver_that_is_not_there_is_missing_as_ever(shop, tmp_path):
    (tmp_path / "psycopg.py").write_text("raise ImportError('mine')")
    program = "import sys\nsys.path.insert(0, sys.argv[1])\ntry:\n import psycopg\nexcept ImportError as e:\n print(e)"
    assert shop.run("-c", program, tmp_path).stdout == "mine\n"


BACKEND = """
import sys, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    if "tierguard" in " ".join(sys.modules) and sys.modules["_tierguard_startup"]._scout.done:
        raise SystemExit("gated")
    name = "thing-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        archive.writestr("thing.py", "")
        archive.writestr("thing-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: thing\\nVersion: 1\\n")
        archive.writestr("thing-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("thing-1.dist-info/RECORD", "")
    return name
"""
BUILD = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture(params=["", "[tool.tierguard]\nnonsense = 1\n"], ids=["whole", "broken"])
def thing(request, tmp_path):
    """The source of a package that an isolated environment builds, in a project whose configuration may be broken."""
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "pyproject.toml").write_text(BUILD + request.param)
    return tmp_path


def test_pip_and_isolated_builds_go_on(shop, thing, tmp_path):
    options = ("--isolated", "--disable-pip-version-check")
    assert shop.run("-m", "pip", "--version", cwd=thing).returncode == 0
    done = shop.run("-m", "pip", *options, "wheel", "--no-index", "--quiet", "-w", "out", ".", cwd=thing)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thing-1-py3-none-any.whl"]
    listed = shop.run("-m", "pip", *options, "list", cwd=thing)
    assert listed.returncode == 0
    assert "tierguard" in listed.stdout


def test_a_new_environment_is_made_from_one_with_tierguard(shop, thing):
    done = shop.run("-m", "venv", "new", cwd=thing)
    assert (done.returncode, done.stderr) == (0, "")
    done = run([str(thing / "new" / "bin" / "python"), "-c", "import sys; print(*sys.modules)"], cwd=thing, env={})
    assert "tierguard" not in done.stdout
    assert done.stderr == ""


def test_pytest_does_not_warn_where_a_driver_was_imported_before_it(nobody, tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass")
    program = "import psycopg, pytest, sys; sys.exit(pytest.main(['-q', '-W', 'error', '-p', 'no:cacheprovider']))"
    done = nobody.run("-c", program, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_uninstalling_leaves_nothing(make_environment, pip):
    shop = make_environment("leaving")
    done = pip(shop.python, "uninstall", "--yes", "--quiet", "tierguard")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in shop.site_packages.rglob("*") if "tierguard" in path.name] == []
    done = shop.run("-W", "error", "-c", "import psycopg, sys; print([name for name in sys.modules if 'tier' in name])")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_a_start_up_file_whose_module_is_gone_is_silent(make_environment):
    shop = make_environment("half")
    (shop.site_packages / "_tierguard_startup.py").rename(shop.folder / "elsewhere.py")
    assert shop.run("-c", "print(1)").stderr == ""


@pytest.mark.parametrize("part", ["process/automatic.py", "__init__.py"])
def test_a_driver_is_not_imported_where_tierguard_is_broken(make_environment, part):
    shop = make_environment("broken")
    (shop.site_packages / "tierguard" / part).write_text("1 / 0")
    assert shop.run("-c", "print(1)").stdout == "1\n"
    done = shop.run("-c", "import psycopg; print('imported')")
    assert (done.returncode, done.stdout) == (1, "")


def test_this_checkout_s_environment_has_the_files_of_its_source():
    folder = Path(sysconfig.get_path("purelib"))
    for path in (ROOT / "src" / "site-packages").iterdir():
        if path.is_file():
            assert (folder / path.name).read_text() == path.read_text(), "they changed: run `make .venv/.ready` again"
