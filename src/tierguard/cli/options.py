"""What several commands share: their options and how a result is printed."""

from __future__ import annotations

import json
from typing import Any

import click

tier = click.option("--tier", metavar="TIER", help="int, stg or prod, or an alias of yours.")
database = click.option(
    "--database", metavar="NAME", default="default", show_default=True, help="Which of the project's databases."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def print_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output, secrets masked."""
    from tierguard.text.masking import mask

    click.echo(mask(json.dumps(value, indent=2, ensure_ascii=False)))
