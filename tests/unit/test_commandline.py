"""A test run shows by its command line, in every spelling; what only looks like one is none."""

import shlex

import pytest

from tierguard.evidence.commandline import env_files, find_tests, options

PROGRAM = ["/srv/shop/tool.py"]  # a program of which nothing is known


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("python manage.py test", "manage.py test"),
        ("python3.14 ./manage.py test shop.orders --keepdb", "manage.py test"),
        ("/venv/bin/python -Wd -X dev -u /srv/shop/manage.py test", "manage.py test"),
        ("python -W error -Xdev manage.py test", "manage.py test"),
        ("python --check-hash-based-pycs always manage.py test", "manage.py test"),
        ("/venv/bin/python /venv/bin/django-admin test --settings=shop.settings", "django-admin test"),
        ("python -m django test", "django test"),
        ("python -m manage test", "manage test"),
        ("python -m unittest", "unittest"),
        ("python -m unittest discover -s tests", "unittest"),
        ("python -munittest tests.test_orders", "unittest"),
        ("python -Im unittest -v", "unittest"),
        ("python -bb -m pytest -x", "pytest"),
        ("/venv/bin/python /venv/bin/pytest tests", "pytest"),
        ("/venv/bin/python /venv/bin/py.test", "py.test"),
        ("/venv/bin/python /venv/bin/nose2 -v", "nose2"),
        ("python -m nose2", "nose2"),
        ("python -m twisted.trial shop", "twisted.trial"),
        ("python -m stestr.subunit_runner.run discover", "stestr.subunit_runner.run"),
        ("python setup.py -q test", "setup.py test"),
        ("python setup.py nosetests", "setup.py nosetests"),
    ],
)
def test_a_runner_of_tests_is_named(line, run):
    assert find_tests(shlex.split(line), PROGRAM) == run


@pytest.mark.parametrize(
    "line",
    [
        "",
        "python",
        "python -",
        "python - test",
        "python -i",
        "python manage.py",
        "python manage.py migrate test",
        "python manage.py testserver",
        "python manage.py runserver --settings=test",
        "python manage_orders.py test",
        "python setup.py install",
        "python -c 'import unittest' -m unittest",
        "python -cpass manage.py test",
        "python job.py manage.py test",
        "python job.py -m unittest",
        "python -m shop -m pytest",
        "python -X unittest job.py",
        "python -W manage.py test",
        "python test_orders.py",
        "python scripts/test_deployment_scenarios.py",
        "/venv/bin/python /venv/bin/alembic upgrade test",
        "/venv/bin/python /venv/bin/tox",
        "python -m pytest_like",
        "python --version",
        "python -m",
        "python -W",
    ],
)
def test_whatever_else_holds_the_word_is_no_test_run(line):
    assert find_tests(shlex.split(line), PROGRAM) == ""
    assert find_tests(shlex.split(line), []) == ""


@pytest.mark.parametrize(
    ("argv", "run"),
    [
        (["manage.py", "test"], "manage.py test"),
        (["/lib/python3.14/unittest/__main__.py", "-v"], "unittest"),
        (["python3 -m unittest", "-v"], "unittest"),
        (["/venv/lib/pytest/__main__.py"], "pytest"),
        (["/srv/shop/__main__.py", "test"], ""),
        (["python -m shop", "unittest"], ""),
    ],
)
def test_what_a_wrapper_such_as_coverage_runs_is_seen_too(argv, run):
    assert find_tests(["/venv/bin/python", "/venv/bin/coverage", "run", "…"], argv) == run


@pytest.mark.parametrize(
    ("line", "values"),
    [("python", []), ("-e", [""]), ("-e A=1 -eB=2 --env C=3 --env=D=4 app", ["A=1", "B=2", "C=3", "D=4"])],
)
def test_the_values_of_an_option_are_found_in_their_order(line, values):
    assert options(shlex.split(line), "-e", "--env") == values


def test_a_prompt_was_given_no_file_of_variables():
    assert env_files(["python"], {}) == []
