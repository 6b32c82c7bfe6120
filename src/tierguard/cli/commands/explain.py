"""``tierguard explain``: the outcome of the rule table for this process. It connects to nothing and asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from tierguard.model import Choice


@click.command("explain", help="Say which database would be used, and why. Connects to nothing, asks nobody, exits 0.")
@options.tier
@options.database
@options.as_json
def command(tier: str | None, database: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print the choice, its database and its trace."""
    from tierguard.process.explanation import explain, locate_url

    choice = explain(tier)
    endpoint, source = locate_url(choice.tier, database) if choice.tier else ("", "")
    if as_json:
        place = {"database": database, "endpoint": endpoint or None, "source": source if endpoint else None}
        options.print_json(as_dict(choice) | place)
    else:
        show(choice, f"{endpoint}, from {source}" if endpoint else source)


def as_dict(choice: Choice) -> dict[str, object]:
    """Return the choice as ``explain --json`` prints it."""
    return {
        "outcome": choice.outcome.value,
        "tier": choice.tier.value if choice.tier else None,
        "rule": choice.rule,
        "reason": choice.reason,
        "hint": choice.hint,
        "notices": list(choice.notices),
        "trace": [{"rule": step.rule, "matched": step.matched, "because": step.because} for step in choice.trace],
    }


def show(choice: Choice, place: str) -> None:
    """Print the choice for a person, and the place of its database or why there is none."""
    mark = "" if choice.tier else "[no tier] "
    options.say(f"{mark}{choice.outcome}: {choice.reason} ({choice.rule})", tier=choice.tier)
    if place:
        options.say(f"  {place}")
    for step in choice.trace:
        options.say(f"  {'->' if step.matched else '  '} {step.rule}  {step.because}")
    for line in (*choice.notices, choice.hint):
        if line:
            options.say(f"  {line}")
