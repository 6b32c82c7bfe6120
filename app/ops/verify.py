"""``verify_database_safety.py``: which database this process uses, and whether it proves to be that."""

import click

import tierguard
from app.core.config import ROOT
from tierguard import tools


@click.command("verify_database_safety", help="Show the chosen database and every tier; exit 1 if one is not right.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print the state of every tier; return 1 where the chosen one is unreachable or proves nothing."""
    tierguard.resolve(root=ROOT)
    state = tierguard.status()
    tools.show_status(state, as_json=as_json)
    tier = state["process"]["tier"]
    chosen = state["tiers"][tier]
    proven = chosen["reachable"] and chosen["proof"] in {"bound", "pinned"} and not chosen.get("finding")
    if not proven and not as_json:
        click.echo(f"{tier.upper()} is not proven to be {tier.upper()}.", err=True)
    return 0 if proven else 1
