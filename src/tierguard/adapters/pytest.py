"""The pytest plugin: loaded by its entry point before any conftest, so a test run is on INT whatever it imports.

It does nothing in a project without a tierguard configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard import detect, terminal
from tierguard.config import find
from tierguard.errors import AccessRefused, SettingMismatch, TierguardError

if TYPE_CHECKING:
    import pytest

REFUSED: Final = 3
CONFIGURATION: Final = 2

detect.mark_pytest()


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Gate the drivers before the first conftest can connect."""
    if find() is not None:
        _gate(early_config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Connect to INT once, and stop the run on evidence of PROD. An unreachable server is one warning."""
    if find() is None or hasattr(session.config, "workerinput"):
        return
    from _pytest.outcomes import Exit

    try:
        _prove_int()
    except AccessRefused as refusal:
        raise Exit(f"tierguard ({refusal.rule}): {refusal}", returncode=REFUSED) from None
    except SettingMismatch as mismatch:
        raise Exit(f"tierguard: {mismatch}", returncode=CONFIGURATION) from None
    except TierguardError as missing:
        terminal.warn(f"INT was not checked: {missing}")


def pytest_report_header() -> str | None:
    """Show which database the tests use."""
    if find() is None:
        return None
    from tierguard.session import current_session

    choice = current_session().choice
    return f"tierguard: [{choice.tier.label}] ({choice.rule})" if choice and choice.tier else None


def _gate(early_config: pytest.Config) -> None:
    from _pytest.outcomes import Exit

    from tierguard.installation import install

    try:
        install(early_config.rootpath)
    except TierguardError as error:
        raise Exit(f"tierguard: {error}", returncode=error.exit_code) from None


def _prove_int() -> None:
    from tierguard.connector import open_target
    from tierguard.session import resolve

    open_target(resolve(), connect_timeout=3).close()
