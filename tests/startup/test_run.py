"""``tierguard run``: a Python child that cannot be gated does not go on."""

import shutil
from pathlib import Path

import pytest
from support import clusters
from support.child import PROGRAMS, environment, run

import tierguard
from tierguard.model import Tier

CONNECT = "import {driver}; print('imported')"


@pytest.fixture(scope="module")
def under_run(shop, int_cluster):
    """Run a command under this checkout's ``tierguard run``, for the project of ``shop``, on INT."""
    url = clusters.make_database(int_cluster, "started_int", rows=1)
    clusters.stamp(int_cluster, "started_int", Tier.INT)

    def under_run(*command):
        env = environment(TEST_DATABASE_URL=url)
        done = run([str(PROGRAMS / "tierguard"), "run", "--", *map(str, command)], cwd=shop.folder, env=env)
        named, _, done.stderr = done.stderr.partition("\n")  # the parent's own word
        assert named.startswith("tierguard: [INT] ")
        return done

    return under_run


def with_path(folder, python, program):
    """Return a command that puts ``folder`` on the path that its child gets."""
    return ("sh", "-c", f'PYTHONPATH="$PYTHONPATH:{folder}" exec {python} -c "{program}"')


@pytest.fixture(scope="module")
def strange(make_environment, pip):
    """A Python without tierguard, which has all drivers."""
    strange = make_environment("strange")
    assert pip(strange.python, "uninstall", "--yes", "--quiet", "tierguard").returncode == 0
    return strange


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg", "pg8000.dbapi"])
def test_a_python_without_tierguard_imports_no_driver(under_run, strange, driver):
    for program in (CONNECT, f"try:\n {CONNECT}\nexcept Exception:\n {CONNECT}"):
        done = under_run(strange.python, "-c", program.format(driver=driver))
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert "child-ungated" in done.stderr
        assert f"{strange.python} -m pip install ./tierguard" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_python_without_tierguard_that_uses_no_driver_goes_on(under_run, strange):
    done = under_run(strange.python, "-c", "import json, sqlite3; print('done')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    ("part", "text"),
    [("errors.py", "1 / 0"), ("process/gate.py", "import nothing_of_that_name"), ("__init__.py", "if:")],
)
def test_a_python_whose_tierguard_is_broken_ends_at_once(under_run, shop, tmp_path, part, text):
    shutil.copytree(Path(tierguard.__file__).parent, tmp_path / "tierguard")
    (tmp_path / "tierguard" / part).write_text(text)
    done = under_run(*with_path(tmp_path, shop.python, "print('went on')"))
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "child-ungated" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_of_that_name_is_no_tierguard(under_run, strange, tmp_path):
    (tmp_path / "tierguard").mkdir()
    done = under_run(*with_path(tmp_path, strange.python, "print('went on')"))
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize("flags", ["-I", "-E"])
def test_a_child_that_ignores_the_python_path_is_gated_by_its_environment(under_run, shop, prod, flags):
    program = f"import psycopg; psycopg.connect({shop.prod!r}).execute('SELECT 1 /* of a child */')"
    done = under_run(shop.python, flags, "-c", program)
    assert done.returncode == 3
    assert "above-int" in done.stderr
    assert not prod.saw("of a child")
