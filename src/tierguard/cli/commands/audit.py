"""``tierguard audit``: read the log, verify it, report from it."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tierguard.errors import TierguardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tierguard.audit import Head, Record, Verification

_COLOURS = {"int": "green", "stg": "yellow", "prod": "red"}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_POLL = 0.2  # seconds between two looks at a log that is followed
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in the stubs of newer versions only
    """A time: ISO 8601 (UTC where it names no zone) or how long ago, as in 30m, 2h, 7d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value`` in the form of a record's ``ts``."""
        try:
            moment = _parse_moment(str(value))
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is no time: give 2026-01-31T12:00, 30m, 2h or 7d.", param, ctx)
        return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _parse_moment(text: str) -> datetime:
    if ago := re.fullmatch(r"(\d{1,6})([smhdw])", text):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group("audit")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A log, or a folder of logs.")
@click.pass_context
def command(context: click.Context, files: tuple[Path, ...]) -> None:
    """Read, verify and report from the audit log."""
    context.obj = files


@command.command()
@click.option("-n", "count", default=10, show_default=True, type=click.IntRange(0), help="How many records.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is appended, through rotations.")
@_as_json
@click.pass_obj
def tail(files: tuple[Path, ...], /, *, count: int, follow: bool, as_json: bool) -> None:
    """Show the last records."""
    from tierguard.audit import Follower, read_last

    paths = _choose(files)
    with _output():
        followers = [Follower(path) for path in paths] if follow else []
        records = sorted((record for path in paths for record in read_last(path, count)), key=lambda record: record.ts)
        _show(records[len(records) - min(count, len(records)) :], as_json=as_json)
        while followers:
            for follower in followers:
                _show(follower.poll(), as_json=as_json)
            sys.stdout.flush()
            time.sleep(_POLL)


@command.command()
@click.option("--tier", help="int, stg or prod.")
@click.option("--actor", help="A user's name or uid, or human, agent, ci, server, unknown.")
@click.option("--operation", help="read, write, migrate, reset, …")
@click.option("--decision", help="allow, refuse, …")
@click.option("--event", help="What kind of record.")
@click.option("--database", help="A configured database's name.")
@click.option("--since", type=Moment(), help="Not before this time, or so long ago (2h).")
@click.option("--until", type=Moment(), help="Not after this time.")
@_as_json
@click.pass_obj
def query(files: tuple[Path, ...], /, *, as_json: bool, **filters: str | None) -> None:
    """Show the records that match every filter given."""
    from tierguard.audit import Wanted
    from tierguard.audit import query as search

    given = {key: value for key, value in filters.items() if value}
    if "tier" in given:
        given["tier"] = given["tier"].lower()
    paths = _choose(files, folders=True)
    with _output():
        _show(search(paths, Wanted(**given)), as_json=as_json)


@command.command()
@click.argument("named", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--anchor", type=click.Path(path_type=Path), help="The anchor file; the configured one by default.")
@click.option("--archived", is_flag=True, help="Older files were moved away: accept a chain that begins later.")
@click.option("--content", is_flag=True, help="Also parse every record, which takes longer.")
@_as_json
@click.pass_context
def verify(  # noqa: PLR0913 - one parameter per option
    context: click.Context,
    /,
    *,
    named: tuple[Path, ...],
    anchor: Path | None,
    archived: bool,
    content: bool,
    as_json: bool,
) -> None:
    """Verify the chain; exit 1 and name the first bad record where it does not hold."""
    from tierguard.audit import verify as check

    files = named or context.obj
    paths = _choose(files, may_be_missing=True)
    results = check(paths, heads=_read_heads(anchor, configured=not files), archived=archived, content=content)
    with _output():
        if as_json:
            click.echo(json.dumps([_describe(result) for result in results], indent=2))
        else:
            for result in results:
                _print_verification(result)
    context.exit(0 if all(result.ok for result in results) else 1)


@command.command()
@click.option("--tier", default="prod", show_default=True, type=click.Choice(list(_COLOURS), case_sensitive=False))
@click.option("--since", type=Moment(), help="Not before this time, or so long ago (7d).")
@click.option("--until", type=Moment(), help="Not after this time.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@_as_json
@click.pass_obj
def report(  # noqa: PLR0913 - one parameter per option
    files: tuple[Path, ...],
    /,
    *,
    tier: str,
    since: str | None,
    until: str | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Say who touched a tier, when, why, and who was refused how often."""
    from tierguard.audit import Wanted, summarise
    from tierguard.audit import query as search
    from tierguard.audit.report import render_markdown, render_text

    paths = _choose(files, folders=True)
    with _output():
        summary = summarise(search(paths, Wanted(tier=tier, since=since or "", until=until or "")), tier)
        if as_json:
            click.echo(json.dumps(summary.as_json(), indent=2))
        else:
            click.echo(_printable((render_markdown if markdown else render_text)(summary), keep="\n"))


def _choose(files: Sequence[Path], *, folders: bool = False, may_be_missing: bool = False) -> list[Path]:
    """Return the logs named, else the configured one.

    Raises:
        click.UsageError: a log that was named is not there, or is a folder where only a log will do.
        TierguardError: the configured log is a directory.
    """
    from tierguard.audit.files import list_chain, list_chains, list_readable

    if not files:
        from tierguard.evidence import config

        log = config.load().audit_log
        if log.is_dir():
            raise TierguardError(f"The audit log {log} is a directory.", rule="audit-unreadable")
        may_be_missing, files = True, [log]
    for path in files:
        for other in list_readable(path)[1]:
            click.echo(f"note: {other} belongs to another user and may not be read", err=True)
        if not may_be_missing and not path.exists() and not any(map(list_chain, list_chains(path))):
            raise click.UsageError(f"There is no audit log at {path}.")
        if path.is_dir() and not folders:
            raise click.UsageError(f"{path} is a folder; name a log in it.")
    return list(files)


def _read_heads(anchor: Path | None, *, configured: bool) -> list[Head]:
    from tierguard.audit import FileAnchor

    if anchor is None and configured:
        from tierguard.evidence import config

        settings = config.load()
        place = getattr(settings, "audit_anchor", "")
        if place and (settings.root / place).exists():
            anchor = settings.root / place
    if anchor is None:
        return []
    try:
        return FileAnchor(anchor).read()
    except OSError as error:
        raise click.UsageError(f"The anchor cannot be read: {error.strerror}: {anchor}") from error


@contextlib.contextmanager
def _output() -> Iterator[None]:
    """Turn a log that cannot be read into one line; a reader of ours that went away is not our error.

    Raises:
        TierguardError: a log is there but cannot be read.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = f"{error.strerror or error}: {error.filename}"
        raise TierguardError(f"The audit log cannot be read: {why}", rule="audit-unreadable") from None


def _show(records: Iterable[Record], *, as_json: bool) -> None:
    if as_json:
        for record in records:
            click.echo(json.dumps(record.data, separators=(",", ":")))
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for record in records:
        console.print(*_render(record))
        sys.stdout.flush()


def _render(record: Record) -> tuple[Any, ...]:
    from rich.text import Text

    data = record.data
    tier = str(data.get("tier", ""))
    decision = str(data.get("decision", ""))
    who = f"{record.actor('user') or record.actor('uid') or '?'}@{data.get('host', '')} ({record.actor('kind') or '?'})"
    what = " ".join(str(data.get(key, "")) for key in ("event", "operation", "database") if data.get(key))
    why = " ".join(str(data.get(key, "")) for key in ("rule", "reason") if data.get(key))
    return (
        Text(record.ts[:19].replace("T", " ") + "Z", style="dim"),
        Text(f"[{_printable(tier.upper()) or '-'}]", style=f"bold {_COLOURS.get(tier, 'white')}"),
        Text(_printable(decision) or "-", style="bold red" if decision.startswith(("refuse", "deny")) else ""),
        Text(_printable(what)),
        Text(_printable(who)),
        Text(_printable(why), style="dim"),
    )


def _printable(text: str, keep: str = "") -> str:
    """Return ``text`` without anything that a terminal would obey."""
    return "".join(char if char.isprintable() or char in keep else ascii(char)[1:-1] for char in text)


def _describe(result: Verification) -> dict[str, Any]:
    head = {"seq": result.head.seq, "hash": result.head.hash, "ts": result.head.ts} if result.head else None
    faults = [
        {"file": fault.path, "line": fault.line, "seq": fault.seq, "kind": fault.kind, "why": fault.why}
        for fault in result.faults
    ]
    counts = {"log": result.path, "ok": result.ok, "files": result.files, "records": result.records}
    return {**counts, "head": head, "faults": faults, "notes": result.notes}


def _print_verification(result: Verification) -> None:
    verdict = "ok" if result.ok else "NOT OK"
    click.echo(_printable(f"{result.path}: {verdict}: {result.records} records in {result.files} files"))
    if result.faults:
        click.echo(_printable(f"  first: {result.faults[0]}"))
    for fault in result.faults[1:10]:
        click.echo(_printable(f"  then:  {fault}"))
    if result.head and result.ok:
        click.echo(f"  head: seq {result.head.seq}, {result.head.ts}, {result.head.hash}")
    for note in result.notes:
        click.echo(_printable(f"  note: {note}"))
