"""Run a foreign suite in an environment of its own, on a new server each time: without the gate, and then with it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from foreign import comparison, sources
from support.child import ROOT, environment
from support.clusters import make_database, programs_of_18, project, running, stamp
from support.patience import patience

if TYPE_CHECKING:
    from pathlib import Path

    from foreign.suite import Suite

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
FOR_PIP = ("PIP_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy")  # how this machine reaches the package index
HANGS = 3600  # seconds: the longest suite takes a quiet machine a sixth of them


class Runs:
    """A folder with the suite's source, and an environment without tierguard until ``gate()`` installs its wheel."""

    def __init__(self, suite: Suite, folder: Path):
        self.suite, self.folder = suite, folder
        self.python = folder / ".venv" / "bin" / "python"
        programs = f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin"
        self.environment = environment(HOME=str(folder), PATH=programs)
        self.pip_environment = self.environment | {
            name: value for name, value in os.environ.items() if name.startswith(FOR_PIP)
        }
        self.source = sources.fetch(suite.source, folder / "source", self.pip_environment)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
        self._install("--require-hashes", "--no-deps", "-r", str(suite.lock))

    def gate(self):
        """Install tierguard's wheel: from now on every Python of the environment is gated at its start."""
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(self.folder)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        self._install("--no-deps", "--no-index", str(next(self.folder.glob("*.whl"))))

    def run(self, name):
        """Run the suite on a new server, which is INT of the project. Return each test's outcomes."""
        results = self.folder / name
        results.mkdir()
        with self._server() as cluster, self.log(name).open("w") as log:
            words = {"host": cluster.host, "port": cluster.port, "database": self.suite.database, "results": results}
            for path, text in self.suite.files.items():
                (self.source / path).write_text(text.format(**words))
            command = [part.format(**words) for part in self.suite.command]
            if "pytest" in command:
                command += [f"--junitxml={results / 'results.xml'}"]
                command += [f"--deselect={test}" for test in self.suite.deselect]
            subprocess.run(
                [str(self.python), *command],
                cwd=self.source / self.suite.folder,
                env=self.environment | {key: one.format(**words) for key, one in self.suite.environment.items()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=patience(HANGS),
                check=False,  # some tests of some suites fail everywhere; what counts is whether the same do
                start_new_session=True,
            )
        return comparison.read(results)

    def log(self, name):
        """Return the file with what a run said."""
        return self.folder / f"{name}.log"

    def judged(self):
        """Return how many judgements of connections the gate has recorded."""
        log = self.folder / "logs" / "audit.jsonl"
        return log.read_text().count('"event":"connect"') if log.exists() else 0

    def _install(self, *what):
        command = [*PIP, "--python", str(self.python), "install", *what]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.pip_environment)
        sources.check(done, f"What {self.suite.name} needs")

    @contextmanager
    def _server(self):
        with running(programs_of_18(), 18, max_connections=200, **self.suite.settings) as cluster:
            dbname = self.suite.database
            if dbname == "postgres":  # the one database that the gate never stamps by itself
                stamp(cluster, dbname, "int")
            else:
                make_database(cluster, dbname)
            for statement in self.suite.setup:
                cluster.admin(statement, dbname)
            project(self.folder, cluster.url(dbname))
            yield cluster
