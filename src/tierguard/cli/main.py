"""``tierguard``: the list of commands, and one place where errors become a line and an exit code."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from tierguard import __version__
from tierguard.cli.options import Group
from tierguard.cli.runner import run_command

# A command is a file in commands/ and a line here; its module is loaded when it is used or listed.
COMMANDS: Final = {
    "adopt": "List the project's databases and the command that a person types for each.",
    "agents": "Print rules for this project's AGENTS.md or CLAUDE.md.",
    "audit": "Read the audit log.",
    "config": "Print every setting and where it comes from. Connects to nothing.",
    "doctor": "Look for what would make this project unsafe.",
    "down": "Stop the embedded servers now.",
    "dump": "Write one tier into a file, with pg_dump.",
    "explain": "Say which database would be used, and why. Connects to nothing.",
    "pin": "Record the identity of a database that you may not stamp in a file for git.",
    "psql": "Run psql on one tier, with the tier in its prompt.",
    "remove": "Remove the marker of a database.",
    "restore": "Restore a file into the tier that it was made from.",
    "run": "Run a command with one tier's connection and no other's.",
    "snapshot": "List, create, restore and drop snapshots of INT and STG.",
    "stamp": "Write into a database which tier it is.",
    "status": "Show every tier: reachable, marked, migrated, how full.",
    "undo": "Put INT or STG back to what it was before its last reset.",
    "url": "Print the chosen database's URL without its secret.",
}


class CommandList(Group):
    """Loads a command's file when it is needed, so that `tierguard explain` does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, sorted."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tierguard.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from its one-line descriptions, without loading any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=CommandList, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def group() -> None:
    """Three-tier database safety: INT by default, STG on request, PROD only when a person says so.

    \b
    Exit codes: 0 done, 1 checks found problems, 2 usage or configuration error,
    3 refused by policy, 4 the operation failed, 130 interrupted.
    """  # noqa: D301 - \b is click's, it keeps the lines


def main() -> None:
    """Run the command line and exit with the design's codes."""
    sys.exit(run_command(group, name="tierguard"))
