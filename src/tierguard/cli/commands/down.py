"""``tierguard down``: stop the project's embedded servers now."""

from __future__ import annotations

import click

from tierguard.cli import options


@click.command("down", help="Stop the embedded servers now; the next command that needs them starts them again.")
@options.as_json
def command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Stop the servers."""
    from tierguard import embedded
    from tierguard.evidence.project import load_project

    stopped = embedded.down(load_project().root)
    if as_json:
        options.print_json({"stopped": stopped})
    else:
        options.say("The embedded servers are stopped." if stopped else "No embedded server was running.")
