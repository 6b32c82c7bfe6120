"""``pre_deploy_check.py``: may this checkout be deployed?"""

import click

import tierguard
from app.core.config import ROOT
from app.ops.scenarios import SCENARIOS, passed, play
from tierguard import tools
from tierguard.model import Finding, Level


@click.command("pre_deploy_check", help="Say whether this checkout may be deployed; exit 1 if not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Print what stands in the way; return 1 where something does."""
    tierguard.resolve(root=ROOT)
    findings = [*tools.check_release(ROOT), *_rules(), *_secrets()]
    code = tools.show_findings(findings, as_json=as_json)
    if not as_json:
        click.echo("This checkout may not be deployed." if code else "This checkout may be deployed.")
    return code


def _rules() -> list[Finding]:
    """Return an error for every deployment scenario that comes out wrong."""
    return [
        Finding("scenario-failed", Level.ERROR, f"Scenario failed: {scenario.name}.", "test_deployment_scenarios.py")
        for scenario in SCENARIOS
        if not passed(scenario, play(scenario))
    ]


def _secrets() -> list[Finding]:
    """Return an error where the signing key is missing or still the example's: a server would refuse to start."""
    from app.core.config import settings

    try:
        settings.require_secret_key()
    except tierguard.SettingMissing as error:
        return [Finding(error.rule, Level.ERROR, error.message, error.hint)]
    return []
