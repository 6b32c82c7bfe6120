"""Fetch a suite's published source, and prove that it is the one that is named."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
from support.clusters import programs_of_18

if TYPE_CHECKING:
    from pathlib import Path

# What pip and git say where they reach nobody. Anything else is a failure: a wrong hash, a release or tag that is gone.
UNREACHED = (
    *("from versions: none", "connection broken by", "Connection refused", "Failed to establish a new connection"),
    *("Could not resolve host", "unable to access", "timed out", "Network is unreachable"),
)


def fetch(source, folder: Path, environment) -> Path:
    """Return the folder with the source in it."""
    folder.mkdir()
    return _from_git(source, folder) if "git" in source else _from_index(source, folder, environment)


def check(done, what):
    """Skip the test where something cannot be reached from this machine, and only then; fail where pip or git fail."""
    said = f"{done.stdout}\n{done.stderr}".strip()
    if done.returncode and any(sign in said for sign in UNREACHED):
        pytest.skip(f"{what} cannot be reached from here: {said.splitlines()[-1]}")
    assert done.returncode == 0, said


def _from_index(source, folder, environment):
    """Download a source distribution. pip makes its metadata meanwhile, for which some ask for ``pg_config``."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{source['sdist']} --hash=sha256:{source['sha256']}\n")
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command = [*pip, "--no-binary", source["sdist"].split("==")[0], "-r", str(wanted), "-d", str(folder)]
    path = f"{programs_of_18()}:{environment['PATH']}"
    env = environment | {"PATH": path}
    check(subprocess.run(command, capture_output=True, text=True, check=False, env=env), source["sdist"])
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (root,) = (path for path in folder.iterdir() if path.is_dir())
    return root


def _from_git(source, folder):
    """Fetch one tag, for suites whose source distributions come without tests."""
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    fetched = [*git, "fetch", "--quiet", "--depth=1", source["git"], f"refs/tags/{source['tag']}"]
    check(subprocess.run(fetched, capture_output=True, text=True, check=False), source["git"])
    subprocess.run([*git, "checkout", "--quiet", "FETCH_HEAD"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert commit == source["commit"], f"{source['tag']} is {commit}"
    return folder
