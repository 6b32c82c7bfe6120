"""``pre_deploy_check.py``: may this checkout be deployed?"""

from collections.abc import Mapping
from typing import Any

import click

import tierguard
from app.core.config import ROOT
from app.ops.scenarios import SCENARIOS, passed, play
from tierguard.model import Finding, Level, Tier


@click.command("pre_deploy_check", help="Say whether this checkout may be deployed; exit 1 where it may not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print what stands in the way; return 1 where something does."""
    from dataclasses import asdict

    from tierguard.checks import run_checks
    from tierguard.checks.facts import gather
    from tierguard.cli import options
    from tierguard.cli.commands.doctor import exit_code, show

    tierguard.resolve(root=ROOT)
    facts = gather(ROOT)
    findings = [*run_checks(facts), *_migrations(facts.tiers), *_rules(), *_secrets()]
    if as_json:
        options.print_json([asdict(finding) for finding in findings])
    else:
        show(findings)
        click.echo("This checkout may not be deployed." if exit_code(findings) else "This checkout may be deployed.")
    return exit_code(findings)


def _migrations(tiers: Mapping[Tier, Mapping[str, Any]]) -> list[Finding]:
    """Return an error where the history has several heads, or a tried tier is not at the newest migration."""
    findings = []
    for tier, state in tiers.items():
        if isinstance(state["head"], list):
            message = f"The migrations have several heads: {', '.join(state['head'])}."
            return [Finding("migration-heads", Level.ERROR, message, "alembic merge heads")]
        if state["reachable"] and state["migration"] != state["head"]:
            message = f"{tier.label} is at migration {state['migration'] or 'none'}, the newest is {state['head']}."
            hint = f"Try the migration there first: python scripts/prep_db.py {tier}"
            findings.append(Finding("migration-behind", Level.ERROR, message, hint, tier))
    return findings


def _rules() -> list[Finding]:
    """Return an error for every deployment scenario that comes out wrong."""
    return [
        Finding("scenario-failed", Level.ERROR, f"Scenario failed: {scenario.name}.", "test_deployment_scenarios.py")
        for scenario in SCENARIOS
        if not passed(scenario, play(scenario))
    ]


def _secrets() -> list[Finding]:
    """Return a note where the signing key is still the example's: a server must set its own."""
    from app.core.config import settings

    if settings.secret_key.get_secret_value() in {"", "change-me"}:
        message = "SECRET_KEY is the example's here; the server must set its own."
        return [
            Finding(
                "example-secret", Level.WARNING, message, "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        ]
    return []
