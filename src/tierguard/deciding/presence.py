"""Is a person there who can be asked? One answer for every question, whoever asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tierguard.model import Context


def find_absence(context: Context) -> str:
    """Return why nobody can be asked, or an empty string where somebody may be at the terminal.

    That may be the terminal of the ``tierguard run`` that hands consent down to this process.
    """
    if context.agent:
        return f"a coding agent ({context.agent}) is at work"
    if context.ci:
        return "this is CI"
    if context.tests:
        return "this is a test run"
    return "" if context.terminal or context.loan else "no person is at a terminal"
