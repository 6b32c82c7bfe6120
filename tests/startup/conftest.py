"""Environments of their own, with tierguard's wheel in them, beside a PROD: a project's, and nobody's."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from support.child import ROOT, environment, run

if TYPE_CHECKING:
    from pathlib import Path

TOML = '[tool.tierguard]\nproject = "app"\nadopt_until = 2099-12-31\n'


@dataclass(frozen=True)
class Shop:
    """A folder with an environment ``.venv`` in it, and the URL of PROD."""

    folder: Path
    prod: str

    @property
    def python(self):
        return self.folder / ".venv" / "bin" / "python"

    @property
    def site_packages(self):
        (folder,) = (self.folder / ".venv" / "lib").glob("python*/site-packages")
        return folder

    def write(self, name, text):
        """Write a file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *args, cwd=None, env=None, **options):
        """Run this environment's Python, from the project's folder if nothing else is said."""
        env = environment(HOME=str(self.folder)) if env is None else env
        return run([str(self.python), *map(str, args)], cwd=cwd or self.folder, env=env, **options)


@pytest.fixture(scope="session", name="pip")
def _pip():
    """Run this checkout's pip on another environment."""
    return pip


def pip(python, *args):
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--python", str(python)]
    return run([*command, *args], env=environment())


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel that others install."""
    folder = tmp_path_factory.mktemp("wheel")
    done = run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def make_environment(tmp_path_factory, wheel):
    """Make a folder with an environment that has tierguard, and the libraries of this one."""

    def make(name, prod=""):
        shop = Shop(tmp_path_factory.mktemp(name), prod)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", shop.folder / ".venv"], check=True)
        done = pip(shop.python, "install", "--quiet", "--no-index", "--no-deps", str(wheel))
        assert done.returncode == 0, done.stderr
        shop.write(shop.site_packages / "libraries.pth", f"{sysconfig.get_path('purelib')}\n")
        return shop

    return make


@pytest.fixture(scope="session")
def shop(make_environment, prod_cluster):
    """A project of two lines of TOML. No script of it knows tierguard."""
    shop = make_environment("shop", prod_cluster.url("prod"))
    shop.write("pyproject.toml", TOML)
    return shop


@pytest.fixture(scope="session")
def nobody(make_environment, prod_cluster):
    """An environment that belongs to no project."""
    return make_environment("nobody", prod_cluster.url("prod"))


@dataclass(frozen=True)
class Witness:
    """Sees which statements reach PROD from now on."""

    cluster: object
    since: int

    def saw(self, text):
        """Return whether a statement with ``text`` in it reached the server."""
        return text in self.cluster.log_text()[self.since :]


@pytest.fixture
def prod(prod_cluster):
    """PROD's server, as it is watched during one test."""
    return Witness(prod_cluster, len(prod_cluster.log_text()))
