"""``tierguard run -- CMD``: a command that sees one tier's connection and no other's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.config import Config
    from tierguard.model import Target

NOT_FOUND = 127
SHIM = Path(__file__).resolve().parents[2] / "shim"


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    help="Run CMD with the chosen tier in PGHOST, PGUSER and the like, and without any other tier's URL. "
    "A Python child is gated; one started with -I, -E or -S is not.",
)
@options.tier
@options.database
@click.argument("command_line", nargs=-1, required=True, metavar="-- CMD [ARG]...", type=click.UNPROCESSED)
def command(tier: str | None, database: str, command_line: tuple[str, ...]) -> int:
    """Run the command and return its exit code."""
    from tierguard.guard import authorize
    from tierguard.model import Operation
    from tierguard.session import current_session, resolve

    target = resolve(tier, database=database)
    config = current_session().config
    # What the command will do is unknown, so it is the gravest of the ordinary operations.
    with authorize(Operation.OPAQUE, target=target), _passfile(config, target) as passfile:
        return _run(command_line, _environment(config, target, passfile))


def _environment(config: Config, target: Target, passfile: str) -> dict[str, str]:
    from tierguard import embedded
    from tierguard.children import child_environment

    child = child_environment(os.environ, config, target, passfile)
    child["PYTHONPATH"] = os.pathsep.join(filter(None, (str(SHIM), child.get("PYTHONPATH"))))
    if config.path:
        child["TIERGUARD_CONFIG"] = str(config.path)
    programs = embedded.binaries()
    if programs:  # last, so that the machine's own psql wins
        child["PATH"] = os.pathsep.join(filter(None, (child.get("PATH", os.defpath), str(programs))))
    return child


def _run(command_line: tuple[str, ...], environment: dict[str, str]) -> int:
    """Run the child in the foreground; signals reach it, and its exit code is ours."""
    try:
        child = subprocess.Popen(command_line, env=environment)  # noqa: S603 - running it is the point
    except FileNotFoundError:
        click.echo(f"tierguard: {command_line[0]}: command not found", err=True)
        return NOT_FOUND
    except PermissionError:
        click.echo(f"tierguard: {command_line[0]}: cannot be executed", err=True)
        return NOT_FOUND - 1
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: child.send_signal(received))
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal sent it to the child too, which decides
        return code if code >= 0 else 128 - code


@contextmanager
def _passfile(config: Config, target: Target) -> Iterator[str]:
    """Write the password where only this user can read it, for as long as the child runs."""
    from tierguard.children import passfile_line

    line = passfile_line(target.url)
    if not line:
        yield ""
        return
    folder = config.root / ".tierguard" / "run"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (config.root / ".tierguard" / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError:  # a read-only disk
        folder = Path(tempfile.gettempdir())
    descriptor, path = tempfile.mkstemp(prefix="pgpass-", dir=folder)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(line)
        yield path
    finally:
        Path(path).unlink(missing_ok=True)
        sys.stdout.flush()
