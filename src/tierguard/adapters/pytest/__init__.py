"""The pytest plugin: loaded by its entry point before any conftest, so a test run is on INT whatever it imports.

It does nothing in a project without a tierguard configuration, and gives databases only to those who ask:

=================  ==========================================================================
``_databases``     ``tierguard_databases = worker``: a copy of INT for each process
``_fixtures``      ``tierguard_…`` fixtures
``_connection``    what is committed in a test is undone after it
=================  ==========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tierguard.adapters.pytest import _databases
from tierguard.adapters.pytest._fixtures import (
    tierguard_connection,
    tierguard_database,
    tierguard_engine,
    tierguard_fresh_database,
)
from tierguard.errors import AccessRefused, SettingMismatch, TierguardError
from tierguard.evidence import detect
from tierguard.evidence.files import find
from tierguard.process import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.process.gate import Gate

__all__ = ["tierguard_connection", "tierguard_database", "tierguard_engine", "tierguard_fresh_database"]

REFUSED: Final = 3
CONFIGURATION: Final = 2

detect.mark_pytest()

_session: pytest.Session | None = None
_optional = pytest.hookimpl(optionalhook=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project ask for databases of its own."""
    parser.addini(
        _databases.OPTION,
        f'"{_databases.SHARED}": the tests use INT. "{_databases.OWN}": each process uses a copy of it.',
        default=_databases.SHARED,
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Gate the drivers before the first conftest can connect; one that was refused ends the run."""
    if find() is not None:
        _gate(early_config)
    try:
        yield
    except Exception:
        gate = _installed_gate()
        if gate is not None and gate.refusals:  # each was shown when it was made
            raise SystemExit(REFUSED) from None
        raise


def pytest_sessionstart(session: pytest.Session) -> None:
    """Connect to INT once, and stop the run on evidence of PROD. An unreachable server is one warning."""
    global _session
    _session = session
    if find() is None or hasattr(session.config, "workerinput"):
        return
    try:
        _prove_int()
        _check_databases(session.config)
    except AccessRefused as refusal:
        _ending().tell(refusal)
        raise pytest.exit.Exception(f"tierguard ({refusal.rule}): no test was run", returncode=REFUSED) from None
    except SettingMismatch as mismatch:
        raise pytest.exit.Exception(f"tierguard: {mismatch}", returncode=CONFIGURATION) from None
    except TierguardError as missing:
        terminal.warn(f"INT was not checked: {missing}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Run nothing on INT itself in a worker that should have had a copy (one that ended would be started again)."""
    if hasattr(item.config, "workerinput") and (failure := _databases.find_failure()):
        pytest.fail(f"tierguard ({failure.rule}): {failure}", pytrace=False)


def pytest_runtest_logfinish() -> None:
    """Stop the run after the test in which a connection was refused, whether or not the test swallowed the error."""
    gate = _installed_gate()
    if gate is not None and gate.refusals and _session is not None:
        _session.shouldstop = f"tierguard refused a connection: {gate.refusals[0]}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a refused connection decide the exit code; a worker tells its controller."""
    gate = _installed_gate()
    if gate is None or not gate.refusals:
        return
    session.exitstatus = REFUSED
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["tierguard_refusals"] = gate.refusals


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say again what was said while pytest captured the output."""
    gate = _installed_gate()
    for warning in gate.warnings if gate is not None else ():
        terminalreporter.write_line(f"tierguard: {warning}")


@_optional
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker was refused (pytest-xdist)."""
    gate = _installed_gate()
    if gate is not None:
        gate.refusals.extend(getattr(node, "workeroutput", {}).get("tierguard_refusals", ()))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Show which database the tests use."""
    if find() is None:
        return None
    from tierguard.process.chosen import current_process

    choice = current_process().choice
    copies = ", a copy for each process" if _databases.is_asked_for(config) else ""
    return f"tierguard: [{choice.tier.label}] ({choice.rule}){copies}" if choice and choice.tier else None


def _installed_gate() -> Gate | None:
    """Return this process's gate; a project without a configuration has none."""
    from tierguard.process.installation import installed_gate

    return installed_gate()


def _ending() -> Any:
    from tierguard.process import ending

    return ending


def _gate(early_config: pytest.Config) -> None:
    from tierguard.process.installation import install

    try:
        install(early_config.rootpath)
        if _databases.is_asked_for(early_config) and _databases.runs_tests(early_config.known_args_namespace):
            early_config.add_cleanup(_databases.move_out)
            _databases.move_in()
    except TierguardError as error:  # before the session starts, pytest has no exception that carries an exit code
        _ending().tell(error)
        raise SystemExit(error.exit_code) from None


def _prove_int() -> None:
    from tierguard.databases.connection import open_target
    from tierguard.process.chosen import resolve

    open_target(resolve(), connect_timeout=3).close()


def _check_databases(config: pytest.Config) -> None:
    """Say once where the tests share INT after all; stop where that would not be meant."""
    if not _databases.is_asked_for(config):
        return
    problem = _databases.find_problem(config.option)
    if problem is None:
        return
    if problem.rule != _databases.NO_COPIES:
        _ending().tell(problem)
        raise pytest.exit.Exception(f"tierguard ({problem.rule}): no test was run", returncode=problem.exit_code)
    gate = _installed_gate()
    if gate is not None:
        gate.warnings.append(f"{problem.rule}: these tests share INT: {problem.message}")
        terminal.warn(gate.warnings[-1])
