"""Every tier has a URL, and INT's and STG's can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.evidence.config import DEFAULT
from tierguard.model import Finding, Level, Tier

if TYPE_CHECKING:
    from tierguard.checks.facts import Facts


def check(facts: Facts) -> list[Finding]:
    """Return what is missing, malformed or out of reach. A missing PROD is no fault on a developer's machine."""
    findings = []
    for tier, state in facts.tiers.items():
        variables = ", ".join(facts.config.database(DEFAULT).sources[tier].variables)
        if state.error:
            findings.append(Finding(state.error_rule, Level.ERROR, f"{tier.label}: {state.error}", "", tier))
        elif not state.configured:
            level = Level.INFO if tier is Tier.PROD else Level.WARNING
            hint = "cp .env.example .env gives a working set."
            findings.append(Finding("setting-missing", level, f"{tier.label}: {variables} is not set.", hint, tier))
    return findings
