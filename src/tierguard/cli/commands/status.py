"""``tierguard status``: every tier at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNBROKEN: Final = 10_000  # columns: more than a row has


@click.command("status", help="Show every tier. PROD is not contacted unless PROD is selected.")
@options.tier
@options.database
@options.as_json
def command(tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print the state of every tier."""
    from tierguard.databases.survey import status
    from tierguard.process.chosen import claim_process

    process = claim_process()
    process.choose(tier)
    show_status(status(database=database), as_json=as_json)
    process.target(database)  # a chosen tier without a URL is an error all the same, after the table


def show_status(state: dict[str, Any], *, as_json: bool = False) -> None:
    """Print the tiers as a table for people, or as JSON."""
    if as_json:
        options.print_json(state)
    else:
        _show(state)


def _show(state: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from tierguard.process.automatic import REACHES

    process = state["process"]
    console = Console(highlight=False)
    console.print(
        f"This process uses {_mark(process['tier'])}: {options.cell(process['reason'])} ({process['rule']})",
        soft_wrap=True,
    )
    if "gate" in process:
        console.print(options.cell(REACHES[process["gate"]]), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("tier", "reachable", "marker", "migration", "rows", "size", "endpoint"):
        right = heading in {"rows", "size"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for name, tier in state["tiers"].items():
        table.add_row(_mark(name), *map(options.cell, _cells(tier)))
    console.width = max(console.width, _UNBROKEN)  # a terminal breaks a long line better than a column of one letter
    console.print(table)
    for name, tier in state["tiers"].items():
        for note in _notes(tier):
            console.print(f"{_mark(name)} {options.cell(note)}", soft_wrap=True)


def _mark(tier: str) -> str:
    colour = {"int": "green", "stg": "yellow", "prod": "bold red"}[tier]
    return f"[{colour}]\\[{tier.upper()}][/]"


def _cells(tier: dict[str, Any]) -> tuple[str, ...]:
    middle = _middle(tier)
    return (*middle, *("",) * (5 - len(middle)), tier["endpoint"] or "")


def _middle(tier: dict[str, Any]) -> tuple[str, ...]:
    if tier.get("elsewhere"):
        return ("in another environment",)
    if not tier["configured"]:
        return ("unusable" if tier.get("error") else "not configured",)
    if not tier["contacted"]:
        return ("not contacted",)
    if not tier["reachable"]:
        return ("no",)
    proof = f"{tier['marker'] or 'none'}, {tier['proof']}"
    if tier["size"] is None and not tier["rows"]:
        return ("yes", proof, "not looked at")
    return ("yes", proof, _migration(tier), _rows(tier), _size(tier))


def _migration(tier: dict[str, Any]) -> str:
    at, head = (", ".join(one) if isinstance(one, list) else one for one in (tier["migration"], tier["head"]))
    if not at and any(name.rpartition(".")[2] == "alembic_version" for name in tier.get("unread", ())):
        return "not readable"
    if head is None:
        return at or "-"
    return f"{at or 'none'} ({'at head' if at == head else f'head is {head}'})"


def _rows(tier: dict[str, Any]) -> str:
    counted = [rows for rows in tier["rows"].values() if rows is not None]
    return f"{sum(counted):,}{'+' if tier.get('at_least') or len(counted) < len(tier['rows']) else ''}"


def _size(tier: dict[str, Any]) -> str:
    return "?" if tier["size"] is None else f"{tier['size'] / 1e6:.1f} MB"


def _notes(tier: dict[str, Any]) -> Iterator[str]:
    if note := tier.get("error") or " ".join(filter(None, map(tier.get("finding", {}).get, ("message", "hint")))):
        yield note
    yield from (f"{name}: {why}" for name, why in tier.get("unread", {}).items())
    if more := tier.get("at_least"):
        yield f"More rows than were counted, since it was never analysed: {', '.join(more)}"
