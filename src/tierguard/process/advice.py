"""What a refusal advises: the command for a person, and what a coding agent may do without one."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.errors import TierRefused
from tierguard.model import Request, Tier
from tierguard.text import masking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.evidence.config import Config
    from tierguard.model import Choice, Context
    from tierguard.process.chosen import Process

# Options whose values are no secrets, and how many they take; a person needs them to be asked about the same thing.
_SHOWN: Final = {
    "--": 0,
    "--tier": 1,
    "--database": 1,
    "--operation": 1,
    "--for": 1,
    "--reason": 1,
    "--all": 0,
    "--keep": 0,
}
_LEFT_OUT: Final = "--json"  # a person reads text


def this_command(process: Process, tier: Tier) -> str:
    """Return how a person starts this program on ``tier``, up to an option that may be followed by a secret."""
    words = list(sys.orig_argv)
    if len(words) > 1 and Path(words[1]).is_absolute() and Path(words[1]).parent == Path(words[0]).parent:
        del words[0]  # a console script: nobody types its interpreter
    shown = list(_show(words))
    return masking.mask(_request(process, tier) + " ".join(shown))


def ask_for(config: Config, tier: Tier) -> str:
    """Return what a program's environment says to ask for ``tier``, or an empty string where only an argument does."""
    if flag := config.flags.get(tier):
        return f"{flag}=true"
    return f"{config.request}={tier}" if config.request else ""


def refuse_choice(process: Process, choice: Choice) -> TierRefused:
    """Return the refusal of a choice: with the command for a person, where nothing but one is missing."""
    context, service = process.context, process.request is not None and process.request.service
    lacking = choice.tier is Tier.PROD and (context.agent or not (context.ci or context.production_mode or service))
    ask = this_command(process, Tier.PROD) if lacking else ""
    return TierRefused(choice.reason, hint=advise_on(choice, process.config, context), rule=choice.rule, ask=ask)


def advise_on(choice: Choice, config: Config, context: Context) -> str:
    """Return what to do instead of a choice that was refused."""
    return (choice.tier is Tier.PROD and advise(config, context)) or choice.hint


def advise(config: Config, context: Context) -> str:
    """Return what a coding agent may do in place of what was refused, or an empty string where none is at work."""
    if not context.agent:
        return ""
    asking = ask_for(config, Tier.STG) or "tierguard run --tier stg -- COMMAND"
    return (
        f"A coding agent may use INT, which needs no request, and STG ({asking}). This takes a person: "
        "stop here and ask yours."
    )


def _request(process: Process, tier: Tier) -> str:
    asked = process.request or Request()
    if asked.argument:
        return ""
    if asked.variable is tier:
        return f"{process.config.request}={tier} "
    flagged = not asked.variable and {Tier.STG: asked.stg, Tier.PROD: asked.prod}.get(tier)
    return f"{process.config.flags[tier]}=true " if flagged else ""


def _show(words: list[str]) -> Iterator[str]:
    rest = iter(words)
    for number, word in enumerate(rest):
        if word == _LEFT_OUT:
            continue
        option, _, value = word.partition("=")
        if not word.startswith("-") or (number, word) == (1, "-m") or (value and option in _SHOWN):
            yield shlex.quote(word if number else Path(word).name)
        elif word in _SHOWN:
            yield word
            yield from (shlex.quote(next(rest, "")) for _ in range(_SHOWN[word]))
        else:
            yield "…"
            return
