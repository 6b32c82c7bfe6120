"""``tierguard status``: every tier at a glance."""

from __future__ import annotations

from typing import Any

import click

from tierguard.cli import options


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
    for heading in ("tier", "reachable", "marker", "migration", "rows", "size"):
        table.add_column(heading, justify="right" if heading in {"rows", "size"} else "left", no_wrap=True)
    for name, tier in state["tiers"].items():
        table.add_row(_mark(name), *map(options.cell, _cells(tier)))
    console.print(table)
    for name, tier in state["tiers"].items():
        if note := tier.get("error") or " ".join(filter(None, map(tier.get("finding", {}).get, ("message", "hint")))):
            console.print(f"{_mark(name)} {options.cell(note)}", soft_wrap=True)


def _mark(tier: str) -> str:
    colour = {"int": "green", "stg": "yellow", "prod": "bold red"}[tier]
    return f"[{colour}]\\[{tier.upper()}][/]"


def _cells(tier: dict[str, Any]) -> tuple[str, ...]:
    if not tier["configured"]:
        return ("not configured",)
    if not tier["contacted"]:
        return ("not contacted",)
    if not tier["reachable"]:
        return ("no",)
    proof = f"{tier['marker'] or 'none'}, {tier['proof']}"
    if tier["size"] is None:
        return ("yes", proof, "not looked at")
    return ("yes", proof, _migration(tier), f"{sum(tier['rows'].values()):,}", f"{tier['size'] / 1e6:.1f} MB")


def _migration(tier: dict[str, Any]) -> str:
    if tier["head"] is None:
        return tier["migration"] or "-"
    at_head = "at head" if tier["migration"] == tier["head"] else f"head is {tier['head']}"
    return f"{tier['migration'] or 'none'} ({at_head})"
