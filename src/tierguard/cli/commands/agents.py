"""``tierguard agents``: what a project's coding agents have to know, from its configuration. It connects to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.evidence.config import Config, Database
    from tierguard.model import Tier


@click.command(
    "agents",
    help="Print rules for this project's AGENTS.md or CLAUDE.md, from its configuration. No secrets, no connection.",
)
@options.as_json
def command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print the rules as a section of Markdown, or as JSON."""
    from tierguard.evidence.project import load_project
    from tierguard.model import Tier
    from tierguard.process.advice import ask_for

    config = load_project()
    rules = list(_rules(config))
    if as_json:
        judged = [one for one in config.databases.values() if not one.external]
        variables = {
            tier.value: {database.name: list(database.sources[tier].variables) for database in judged} for tier in Tier
        }
        asking = {Tier.STG.value: ask_for(config, Tier.STG) or None}  # INT needs none, and no agent gets PROD
        told = {"project": config.project, "ask_for": asking, "variables": variables, "rules": rules}
        options.print_json(told)
        return
    options.say("## Databases")
    options.say("")
    options.say(f"{config.project}'s PostgreSQL connections are judged by tierguard. Rules for coding agents:")
    options.say("")
    for rule in rules:
        options.say(f"- {rule}")


def _rules(config: Config) -> Iterator[str]:
    """Give each rule as a sentence or a few."""
    yield "INT is used unless something else is asked for. Do there whatever the work needs: migrate, seed, reset."
    yield _staging(config)
    yield (
        "PROD holds real people's data. No agent gets it: not with a terminal of its own, not with a server's "
        "variables. Nobody resets PROD."
    )
    yield (
        "`tierguard explain` says which database a command would use, and `tierguard status` what is there. Programs "
        "that are not Python get a tier's connection from `tierguard run --tier stg -- COMMAND`."
    )
    yield (
        "Exit code 3 is a refusal. Its line says what you may do, and ends with the command for a person (`ask`, with "
        "`--json`). Give your person that command and stop there. Do not change the environment for it, start another "
        "terminal or connect in another way, and leave tierguard's settings, markers, pins and log as they are."
    )
    yield from _variables(config)
    if config.aliases:
        aliases = ", ".join(f"{word} is {tier.label}" for word, tier in config.aliases.items())
        yield f"Other names of the tiers: {aliases}."


def _staging(config: Config) -> str:
    from tierguard.evidence.config import DEFAULT
    from tierguard.model import Tier
    from tierguard.process.advice import ask_for

    asking = ask_for(config, Tier.STG)
    how = f"`{asking} COMMAND`" if asking else "`tierguard run --tier stg -- COMMAND`"
    reset = (
        "It is shared: a reset needs a person."
        if config.database(DEFAULT).sources[Tier.STG].shared
        else "A reset keeps a snapshot, which `tierguard undo stg` brings back."
    )
    return f"STG keeps its data between sessions; use it with {how} where that matters. {reset}"


def _variables(config: Config) -> Iterator[str]:
    """Give where each database's URLs are, by the names of the variables alone."""
    from tierguard.evidence.config import DEFAULT
    from tierguard.model import Tier

    for database in config.databases.values():
        named = "" if database.name == DEFAULT else f" of the database {database.name} (`--database {database.name}`)"
        if database.external:
            yield f"The database {database.name} is external: its connections are recorded, not judged. Leave it alone."
        elif database.url:
            yield f"Each environment has one URL{named}, in `{database.url}`. Do not print it, and do not change it."
        else:
            places = "; ".join(f"{tier.label} {_names(database, tier)}" for tier in Tier)
            yield f"The URLs{named}: {places}. Do not print them, and do not put one tier's into another's variable."


def _names(database: Database, tier: Tier) -> str:
    source = database.sources[tier]
    if source.service:
        return f"the service `{source.service}`"
    return ", ".join(f"`{name}`" for name in source.variables) or "has none"
