"""``tierguard audit verify``: whether the chain holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tierguard.cli import options
from tierguard.cli.commands.audit import logs, showing

if TYPE_CHECKING:
    from tierguard.audit import Verification


@click.command("verify")
@click.argument("named", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--anchor", type=click.Path(path_type=Path), help="The anchor file; the configured one by default.")
@click.option("--archived", is_flag=True, help="Older files were moved away: accept a chain that begins later.")
@click.option("--content", is_flag=True, help="Also parse every record, which takes longer.")
@showing.as_json
@click.pass_context
def command(  # noqa: PLR0913 - one parameter per option
    context: click.Context,
    /,
    *,
    named: tuple[Path, ...],
    anchor: Path | None,
    archived: bool,
    content: bool,
    as_json: bool,
) -> None:
    """Verify the chain; exit 1 and name the first bad record if it is broken."""
    from tierguard.audit import verify

    files = named or context.obj
    paths = logs.choose(files, may_be_missing=True)
    heads = logs.read_heads(anchor, configured=not files)
    with logs.reading():
        results = verify(paths, heads=heads, archived=archived, content=content)
        if as_json:
            options.print_json([_describe(result) for result in results])
        else:
            for result in results:
                _print(result)
    context.exit(0 if all(result.ok for result in results) else 1)


def _describe(result: Verification) -> dict[str, Any]:
    head = {"seq": result.head.seq, "hash": result.head.hash, "ts": result.head.ts} if result.head else None
    faults = [
        {"file": fault.path, "line": fault.line, "seq": fault.seq, "kind": fault.kind, "why": fault.why}
        for fault in result.faults
    ]
    counts = {"log": result.path, "ok": result.ok, "files": result.files, "records": result.records}
    return {**counts, "head": head, "faults": faults, "notes": result.notes}


def _print(result: Verification) -> None:
    verdict = "ok" if result.ok else "NOT OK"
    options.say(f"{result.path}: {verdict}: {result.records} records in {result.files} files")
    if result.faults:
        options.say(f"  first: {result.faults[0]}")
    for fault in result.faults[1:10]:
        options.say(f"  then:  {fault}")
    if result.head and result.ok:
        options.say(f"  head: seq {result.head.seq}, {result.head.ts}, {result.head.hash}")
    for note in result.notes:
        options.say(f"  note: {note}")
