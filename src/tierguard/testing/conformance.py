"""The kit by which an adapter for a driver proves itself: subclass one class, say how to connect and to run SQL.

.. code-block:: python

    class TestMyDriver(DriverConformance):
        def connect(self, url): ...       # or async def
        def run(self, connection, sql): ...
        def close(self, connection): ...

Statements count as much as connections: an adapter whose connections are judged, but whose statements reach a PROD that
stands beside INT, fails. A fixture ``conformance_server`` must give the URL of a superuser of a server for throwing
away, by TCP, without TLS.
"""

# ruff: noqa: D102 - a test's name says what it shows

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tierguard.errors import IdentityMismatch, IdentityRefused, PolicyRefused, TierguardError
from tierguard.process.installation import install
from tierguard.testing.arena import Arena
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.process.gate import Gate
    from tierguard.testing.wiretap import Wiretap

QUESTION = "pg_control_system()"  # in the one question of ours
ANSWER = 42  # of SELECT 41 + 1
PATIENCE = 300.0  # seconds until a failure ends: far more than anything here takes on a busy machine


class DriverConformance:
    """Every test of this class must pass for an adapter to count as one. Methods may be coroutines.

    Attributes:
        reloads: the modules that make the driver's connections, in the order in which they can be reloaded.
    """

    reloads: tuple[str, ...] = ()

    def connect(self, url: str) -> Any:
        """Return a new connection of the driver to ``url``, an ordinary ``postgresql://`` URL."""
        raise NotImplementedError

    def run(self, connection: Any, sql: str) -> Any:
        """Run ``sql``, and return the first value of its first row."""
        raise NotImplementedError

    def close(self, connection: Any) -> Any:
        """Close the connection."""
        raise NotImplementedError

    def gate_driver(self, gate: Gate) -> None:
        """Put ``gate`` in front of the driver; nothing to do for the drivers that tierguard knows itself."""

    @pytest.fixture
    def arena(self, conformance_server: str, tmp_path: Path) -> Iterator[Arena]:
        """Databases of all kinds, and a process that is on INT."""
        gate = install()
        self.gate_driver(gate)
        with asyncio.Runner() as self._runner, Arena(conformance_server, tmp_path, gate) as arena:
            yield arena

    def do(self, result: Any) -> Any:
        """Wait for ``result`` if it is a coroutine's."""
        if not inspect.isawaitable(result):
            return result

        async def wait() -> Any:
            return await result

        return self._runner.run(wait())

    def use(self, url: str, sql: str = "SELECT 41 + 1") -> Any:
        """Connect, run ``sql``, close."""
        connection = self.do(self.connect(url))
        try:
            return self.do(self.run(connection, sql))
        finally:
            self.do(self.close(connection))

    def test_a_bound_database_of_this_tier_is_used(self, arena: Arena) -> None:
        url = arena.make(tier="int", rows=3)
        assert self.use(url, "SELECT count(*)::int FROM person") == 3  # noqa: PLR2004 - its three rows

    def test_prod_is_refused_before_any_statement(self, arena: Arena) -> None:
        with arena.tap(arena.make(tier="prod", rows=3)) as (tap, url):
            with pytest.raises(IdentityMismatch):
                self.use(url, "DELETE FROM person RETURNING id")
            assert others(tap) == []
            assert hung_up(tap), "the refused connection is still open"

    def test_a_copy_of_prod_is_refused(self, arena: Arena) -> None:
        with pytest.raises(IdentityMismatch, match="copy of PROD"):
            self.use(arena.make(tier="prod", rows=3, copy=True))

    def test_an_unmarked_database_with_data_is_refused(self, arena: Arena) -> None:
        with pytest.raises(IdentityRefused, match="tierguard stamp int"):
            self.use(arena.make(rows=3))

    def test_one_simple_question_is_asked_before_anything_else(self, arena: Arena) -> None:
        with arena.tap(arena.make(tier="int"), latency=0.01) as (tap, url):
            connection = self.do(self.connect(url))
            after_connect = tap.round_trips
            for _ in range(3):
                self.do(self.run(connection, "SELECT 41 + 1"))
            self.do(self.close(connection))
        questions = [kind for kind, text in tap.said if QUESTION in text]
        assert questions == ["Q"], "the question must be one simple query a connection, never a prepared statement"
        assert QUESTION in tap.said[0][1]
        assert after_connect == 1, f"connecting took {after_connect} round trips after the login"

    def test_every_new_connection_is_judged(self, arena: Arena) -> None:
        url = arena.make(tier="int")
        assert self.use(url) == ANSWER
        arena.stamp(url, "prod")
        with pytest.raises(IdentityMismatch):
            self.use(url)

    def test_a_role_without_rights_to_the_answer_is_refused(self, arena: Arena) -> None:
        with pytest.raises(IdentityRefused, match="permission denied"):
            self.use(arena.make_secretive(tier="int"))

    def test_a_server_that_dies_during_the_question_is_the_drivers_own_error(self, arena: Arena) -> None:
        """Programs try again when a connection is lost. Nothing was proven, and nothing was refused."""
        with arena.tap(arena.make(tier="int"), cut=True) as (tap, url):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - each driver has its own
                self.use(url)
            assert not isinstance(caught.value, TierguardError)
            assert others(tap) == []

    def test_a_server_entitled_to_prod_goes_on_without_an_answer(self, arena: Arena) -> None:
        arena.entitle()
        assert self.use(arena.make_secretive(tier="prod")) == ANSWER

    def test_an_empty_local_database_is_stamped(self, arena: Arena) -> None:
        url = arena.make()
        assert self.use(url) == ANSWER
        assert arena.read_tier(url) == "int"

    def test_a_role_that_may_not_stamp_works_all_the_same(self, arena: Arena) -> None:
        url = arena.as_guest(arena.make())
        assert (self.use(url), self.use(url)) == (ANSWER, ANSWER)
        assert arena.read_tier(url) is None

    def test_statements_beside_prod_that_leave_it_alone_are_run(self, arena: Arena) -> None:
        arena.make(tier="prod")
        url = arena.make(tier="int", rows=3)
        assert self.use(url, "DELETE FROM person WHERE id = 1 RETURNING id") == 1

    @pytest.mark.parametrize(
        "sql", ["DROP DATABASE {}", "ALTER DATABASE {} RENAME TO gone", "COMMENT ON DATABASE {} IS 'gone'"]
    )
    def test_a_statement_on_prod_beside_it_is_refused_and_never_sent(self, arena: Arena, sql: str) -> None:
        prod = conninfo.parse(arena.make(tier="prod")).dbname
        with arena.tap(arena.make(tier="int")) as (tap, url):
            with pytest.raises(PolicyRefused):
                self.use(url, sql.format(prod))
            assert [text for _, text in tap.said if prod in text] == []

    def test_names_bound_before_the_gate_pass_through_it(self, arena: Arena) -> None:
        """In a process of its own: it imports this class and its driver first, and the gate then."""
        assert self._outcomes(arena) == [str(ANSWER), "refused"]

    def test_modules_reloaded_after_the_gate_are_gated(self, arena: Arena) -> None:
        """In a process of its own too."""
        if not self.reloads:
            pytest.skip("no module of the driver is named in reloads")
        assert self._outcomes(arena, *self.reloads) == [str(ANSWER), "refused"]

    def _outcomes(self, arena: Arena, *reloads: str) -> list[str]:
        urls = arena.make(tier="int"), arena.make(tier="prod")
        ended = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-m", __name__, inspect.getfile(type(self)), type(self).__name__, *urls, *reloads],
            cwd=arena.folder,
            env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.split()


def others(tap: Wiretap) -> list[tuple[str, str]]:
    """Return what was said beside our question."""
    return [(kind, text) for kind, text in tap.said if QUESTION not in text]


def hung_up(tap: Wiretap) -> bool:
    """Wait until nobody is connected any more."""
    deadline = time.monotonic() + PATIENCE
    while tap.open_lines and time.monotonic() < deadline:
        time.sleep(0.01)
    return not tap.open_lines


def main(file: str, name: str, int_url: str, prod_url: str, *reloads: str) -> None:
    """Import a subclass, and only then the gate; reload modules; then connect to each URL and show the answer."""
    spec = importlib.util.spec_from_file_location("subject", file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kit = getattr(module, name)()
    kit.gate_driver(install(Path.cwd()))
    for each in reloads:
        importlib.reload(sys.modules[each])
    with asyncio.Runner() as kit._runner:  # noqa: SLF001 - as the fixture does
        for url in (int_url, prod_url):
            try:
                sys.stdout.write(f"{kit.use(url)}\n")
            except IdentityMismatch:
                sys.stdout.write("refused\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
