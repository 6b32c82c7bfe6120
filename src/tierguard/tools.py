"""What applications and their operators' scripts need beside the front door. Everything here is loaded when it is used.

======================  ================================================================================
``run_command``         run a click command with tierguard's exit codes; an error is one line
``explain``             which database a process with given evidence would get; connects to nothing
``ensure_database``     create INT's or STG's missing database, and stamp it
``rebuild_database``    reset INT or STG: fill a new database, which then takes the old one's place
``Build``               that new database, while it is filled
``hash_contents``       a hash of what a database is made from, so that it is prepared once and then copied
``drop_objects``        empty a database of what the project made; extensions and the marker stay
``check_project``       what would make the project unsafe, as findings: the checks of ``tierguard doctor``
``judge_again``         judge a connection anew, where a pooler may have led it elsewhere
``check_release``       the same, and whether INT and STG are at the newest migration
``show_findings``       print findings for a person or as JSON, and return the exit code: 1 where one is an error
``show_status``         print what :func:`tierguard.status` returned for a person or as JSON
``say``                 print a line: secrets masked, control characters shown
``print_json``          print a value as JSON, cleaned alike
``valkey_url``          the project's own Valkey from a wheel, started when it is needed: a broker for Celery
======================  ================================================================================
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tierguard.checks import check_project, check_release
    from tierguard.cli.commands.doctor import show_findings
    from tierguard.cli.commands.status import show_status
    from tierguard.cli.options import print_json, say
    from tierguard.cli.runner import run_command
    from tierguard.databases.creation import ensure_database
    from tierguard.databases.objects import drop_objects
    from tierguard.databases.replacing.rebuilding import Build, rebuild_database
    from tierguard.databases.replacing.templates import hash_contents
    from tierguard.embedded import valkey_url
    from tierguard.process.explanation import explain
    from tierguard.process.rejudging import judge_again

__all__ = [
    "Build",
    "check_project",
    "check_release",
    "drop_objects",
    "ensure_database",
    "explain",
    "hash_contents",
    "judge_again",
    "print_json",
    "rebuild_database",
    "run_command",
    "say",
    "show_findings",
    "show_status",
    "valkey_url",
]

_PLACES = {
    "Build": "databases.replacing.rebuilding",
    "check_project": "checks",
    "check_release": "checks",
    "drop_objects": "databases.objects",
    "ensure_database": "databases.creation",
    "explain": "process.explanation",
    "judge_again": "process.rejudging",
    "hash_contents": "databases.replacing.templates",
    "print_json": "cli.options",
    "rebuild_database": "databases.replacing.rebuilding",
    "run_command": "cli.runner",
    "say": "cli.options",
    "show_findings": "cli.commands.doctor",
    "show_status": "cli.commands.status",
    "valkey_url": "embedded",
}


def __getattr__(name: str) -> Any:
    """Load a tool when it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module 'tierguard.tools' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"tierguard.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
