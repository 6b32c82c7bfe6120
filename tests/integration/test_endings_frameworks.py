"""How Django and Flask end where a connection is refused: both from the registry, in an environment of their own."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pexpect
import pytest
from support import clusters
from support.child import environment, run
from support.patience import patience, wait_until

LINE = "tierguard (above-int): prod"
CONNECT = 'import os, psycopg; psycopg.connect(os.environ["U"])'
DJANGO = {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": "."}
SETTINGS = (
    "import os\nfrom urllib.parse import urlparse\nplace = urlparse(os.environ['U'])\nSECRET_KEY = 'x'\n"
    "DEBUG, ROOT_URLCONF, INSTALLED_APPS = True, 'urls', ['django.contrib.contenttypes']\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': place.path[1:], "
    "'HOST': place.hostname, 'PORT': place.port, 'USER': place.username}}"
)

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frameworks")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "django", "flask", "ipython"], check=True)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    libraries = Path(find_spec("psycopg").origin).parents[1]
    (packages / "libraries.pth").write_text(f"{libraries}\n{Path(find_spec('tierguard').origin).parents[1]}\n")
    shutil.copy(libraries / "tierguard.pth", packages / "zz_tierguard.pth")
    return python


@pytest.fixture
def project(tmp_path):
    project = clusters.project(tmp_path / "project")
    (project / "settings.py").write_text(SETTINGS)
    (project / "urls.py").write_text("urlpatterns = []")
    return project


@pytest.fixture
def terminal(project, python, prod_cluster):
    """Start a module in a pseudo-terminal; ``U`` leads to PROD."""
    opened = []

    def start(*words):
        env = environment(U=prod_cluster.url("prod"), **DJANGO | {"TERM": "dumb"})
        child = pexpect.spawn(python, ["-m", *words], cwd=str(project), env=env, encoding="utf-8", timeout=patience())
        opened.append(child)
        return child

    yield start
    for child in opened:
        child.close(force=True)


@pytest.mark.parametrize(("words", "code"), [(["runserver", "0"], 4), (["migrate"], 3)])
def test_django_ends(project, python, prod_cluster, words, code):
    env = environment(U=prod_cluster.url("prod"), **DJANGO)
    done = run([python, "-m", "django", *words], cwd=project, env=env)
    assert (done.returncode, done.stderr.count(LINE)) == (code, 1), done.stderr
    assert "Traceback" not in done.stderr


def test_django_migrates_prod_on_a_server_and_never_flushes_it(project, python, prod_cluster):
    clusters.make_database(prod_cluster, "flushed")
    clusters.stamp(prod_cluster, "flushed", "prod")
    url = prod_cluster.url("flushed")
    env = environment(U=url, DATABASE_URL=url, USE_PROD_DATABASE="true", APP_PRODUCTION="true", **DJANGO)
    done = run([python, "-m", "django", "migrate"], cwd=project, env=env)
    assert done.returncode == 0, done.stderr
    done = run([python, "-m", "django", "flush", "--no-input"], cwd=project, env=env)
    assert done.returncode == 3, done.stderr
    assert "prod-server-destroy" in done.stderr
    assert "Traceback" not in done.stderr
    assert prod_cluster.admin("SELECT count(*) FROM django_content_type", "flushed") == [("1",)]
    clusters.drop_database(prod_cluster, "flushed")


@pytest.mark.parametrize(("interface", "prompt"), [("python", ">>> "), ("ipython", "In [")])
def test_djangos_shell_goes_on(terminal, interface, prompt):
    child = terminal("django", "shell", "-i", interface)
    child.expect_exact(prompt)
    child.sendline("from django.db import connection; connection.cursor()")
    child.expect_exact(LINE)
    assert "Traceback" not in child.before
    child.expect_exact(prompt)
    child.sendline("print(6*7)")
    child.expect_exact("42")


def test_flask_ends_also_after_a_change(terminal, project):
    program = project / "app.py"
    program.write_text("from flask import Flask\napp = Flask(__name__)")
    child = terminal("flask", "run", "--debug", "--port", "0")
    child.expect_exact("Debugger is active")
    program.write_text(f"{CONNECT}\nfrom flask import Flask\napp = Flask(__name__)")
    later = count(2**31)

    def has_ended():  # the reloader notes the time of the file only when the server is up
        os.utime(program, (next(later),) * 2)
        return child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=patience(1)) == 0

    wait_until(has_ended)
    assert (child.before.count(LINE), "Traceback" in child.before) == (1, False), child.before
    child.wait()
    assert child.exitstatus == 4
