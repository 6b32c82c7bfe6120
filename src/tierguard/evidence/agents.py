"""Signs that a coding agent runs this process. They can only tighten: their absence proves no human."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.lineage import Relative, name_programs
from tierguard.evidence.markers import AT_WORK, MARKERS, PROGRAMS, Grade

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 64  # characters of a name that the environment makes up


def find_agent(environ: Mapping[str, str], lineage: tuple[Relative, ...] = ()) -> str:
    """Return the agent's name, or an empty string where nothing points to one.

    Args:
        environ: this process's variables. A generic marker counts here only: above, it may have been meant for others.
        lineage: this process and those above it.
    """
    for one in (environ, *(relative.environ for relative in lineage)):
        if name := next((marker.agent for marker in AT_WORK if marker.fits(one)), ""):
            return name
    for relative in lineage:
        for program in (relative.name, *name_programs(relative.command)):
            if program in PROGRAMS:
                return PROGRAMS[program]
    return _find_generic(environ)


def find_hint(environ: Mapping[str, str]) -> str:
    """Return which editors or tools of agents this terminal belongs to. It is recorded, and nothing depends on it."""
    found = (marker.agent for marker in MARKERS if marker.grade is Grade.EDITOR and marker.fits(environ))
    return ", ".join(dict.fromkeys(found))


def _find_generic(environ: Mapping[str, str]) -> str:
    for marker in MARKERS:
        if marker.grade is Grade.GENERIC and marker.fits(environ):
            ((variable, _),) = marker.variables
            name = "".join(c for c in environ[variable].strip()[:_LONGEST] if c.isalnum() or c in "-_.")
            return name or "unnamed"
    return ""
