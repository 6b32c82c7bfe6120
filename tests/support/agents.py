"""Environments of coding agents: one for each marker that is an agent's."""

from tierguard.evidence.markers import MARKERS, Grade

__all__ = ["AGENTS", "FEW", "title", "variables"]

AGENTS = [marker for marker in MARKERS if marker.grade is not Grade.EDITOR]


def variables(marker):
    """Return an environment that the marker fits."""
    return {name: "1" if pattern == "*" else pattern.replace("*", "x") for name, pattern in marker.variables}


def title(marker):
    """Return what a test is called by."""
    return "+".join(name for name, _ in marker.variables)


_FEW = {"CLAUDECODE", "CODEX_SANDBOX", "CURSOR_TRACE_ID+PAGER", "AGENT"}
FEW = [marker for marker in AGENTS if title(marker) in _FEW]
