"""Every tier has a URL, and INT's and STG's can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence import sources
from tierguard.model import Finding, Level, Tier

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return what is missing, malformed or out of reach. A missing PROD is no fault on a developer's machine."""
    findings = []
    for label, name, tier, state in facts.each():
        if state.error:
            findings.append(Finding(state.error_rule, Level.ERROR, f"{label}: {state.error}", "", tier))
        elif not (state.configured or state.elsewhere):
            level = Level.INFO if tier is Tier.PROD else Level.WARNING
            hint = sources.describe_places(facts.config)
            findings.append(Finding("setting-missing", level, f"{label}: {_missing(facts, name, tier)}.", hint, tier))
    return findings


def _missing(facts: Facts, name: str, tier: Tier) -> str:
    """Return what a tier without a URL lacks: those of its variables that have no value, if it has variables."""
    variables = facts.config.database(name).sources[tier].variables
    unset = [one for one in variables if not sources.lookup(facts.config, one, facts.environ)]
    return f"{', '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set" if unset else "no source is configured"
