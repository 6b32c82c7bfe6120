"""Records for people and for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierguard.audit import Record

COLOURS: Final = {"int": "green", "stg": "yellow", "prod": "red"}
as_json = options.json_option("Print JSON instead of text.")


def show(records: Iterable[Record], *, as_json: bool) -> None:
    """Print each record as one line."""
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

    from tierguard.text.display import clean

    data = record.data
    tier = str(data.get("tier", ""))
    decision = str(data.get("decision", ""))
    who = f"{record.actor('user') or record.actor('uid') or '?'}@{data.get('host', '')} ({record.actor('kind') or '?'})"
    what = " ".join(str(data.get(key, "")) for key in ("event", "operation", "database") if data.get(key))
    why = " ".join(str(data.get(key, "")) for key in ("rule", "reason") if data.get(key))
    return (
        Text(clean(record.ts[:19].replace("T", " ")) + "Z", style="dim"),
        Text(f"[{clean(tier.upper()) or '-'}]", style=f"bold {COLOURS.get(tier, 'white')}"),
        Text(clean(decision) or "-", style="bold red" if decision.startswith(("refuse", "deny")) else ""),
        Text(clean(what)),
        Text(clean(who)),
        Text(clean(why), style="dim"),
    )
