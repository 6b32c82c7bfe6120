"""What the rule table says for a given environment: no connection, no question, no record, nothing frozen."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from tierguard.deciding.selection import choose
from tierguard.errors import SettingMismatch, TierguardError
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.detect import detect, read_request
from tierguard.evidence.hearsay import weigh
from tierguard.evidence.project import load_project
from tierguard.model import Choice, Outcome
from tierguard.process.advice import advise_on
from tierguard.process.borrowing import look_up
from tierguard.text import conninfo
from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.model import Tier


def explain(  # noqa: PLR0913 - the evidence, part by part
    argument: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    root: Path | None = None,
    service: bool = False,
    terminal: bool | None = None,
    git_tree: bool | None = None,
    dotenv: Mapping[str, str] | None = None,
) -> Choice:
    """Return the choice that a process with this evidence would get.

    Args:
        argument: the tier asked for by argument.
        environ: another process's environment, which is then all that is known of it; this process's own if left out.
        root: where to look for the configuration, if not in the working directory.
        service: a long-running development service.
        terminal: whether a person could be asked; measured if left out.
        git_tree: whether the project lies in a git work tree; measured if left out.
        dotenv: what stands in the project's ``.env``; of another environment nothing is read there if it is left out.

    Raises:
        SettingMissing: there is no configuration.
    """
    config = load_project(root)
    own = environ is None
    known = SealedTexts(os.environ if environ is None else environ)
    del environ
    try:
        context = detect(config, known, own=own)
        if terminal is not None:
            context = replace(context, terminal=terminal)
        if git_tree is not None:
            context = replace(context, git_tree=git_tree)
        if dotenv is not None:
            context = replace(context, hearsay=weigh(config, known, {".env": dotenv}))
        request = read_request(config, known, argument, service=service)
        if own:
            context, _ = look_up(context, request, known, config.project, count=False)
        choice = choose(context, request)
    except SettingMismatch as mismatch:
        return Choice(Outcome.ERROR, None, mismatch.rule, str(mismatch))
    if choice.outcome is Outcome.REFUSE:
        return replace(choice, hint=advise_on(choice, config, context))
    return choice


def locate_url(tier: Tier, database: str = DEFAULT) -> tuple[str, str]:
    """Return where ``tier``'s URL leads in this process, as ``host:port/database``, and what it is read from.

    Where there is no URL to use, the first is empty and the second says why.

    Raises:
        SettingMismatch: there is no database of that name.
    """
    config, environ = load_project(), SealedTexts(os.environ)
    wanted = config.database(database)
    try:
        url, source = sources.read_url(config, wanted, tier, ci=detect(config, environ).ci, environ=environ)
    except TierguardError as error:
        return "", error.message
    return conninfo.parse(url).endpoint, source
