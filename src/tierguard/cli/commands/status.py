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
    from tierguard.session import resolve
    from tierguard.survey import status

    resolve(tier, database=database)
    state = status(database=database)
    if as_json:
        options.print_json(state)
    else:
        show(state)


def show(state: dict[str, Any]) -> None:
    """Print the tiers as a table for people."""
    from rich.console import Console
    from rich.table import Table

    process = state["process"]
    console = Console(highlight=False)
    console.print(
        f"This process uses {_mark(process['tier'])}: {process['reason']} ({process['rule']})", soft_wrap=True
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("tier", "reachable", "marker", "migration", "rows", "size", ""):
        table.add_column(heading, justify="right" if heading in {"rows", "size"} else "left")
    for name, tier in state["tiers"].items():
        table.add_row(_mark(name), *_cells(tier))
    console.print(table)


def _mark(tier: str) -> str:
    colour = {"int": "green", "stg": "yellow", "prod": "bold red"}[tier]
    return f"[{colour}]\\[{tier.upper()}][/]"


def _cells(tier: dict[str, Any]) -> tuple[str, ...]:
    if not tier["configured"]:
        return ("not configured", *[""] * 5)
    if not tier["contacted"]:
        return ("not contacted", *[""] * 5)
    if not tier["reachable"]:
        return ("no", *[""] * 4, tier.get("error", ""))
    migration = tier["migration"] or "none"
    at_head = "at head" if tier["migration"] == tier["head"] else f"head is {tier['head']}"
    note = tier.get("finding", {}).get("message", "")
    size = f"{tier['size'] / 1e6:.1f} MB"
    proof = f"{tier['marker'] or 'none'}, {tier['proof']}"
    return ("yes", proof, f"{migration} ({at_head})", f"{sum(tier['rows'].values()):,}", size, note)
