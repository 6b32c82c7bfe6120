"""Who says PROD: whoever started this process, or only a file of the work tree, or the program itself.

Both can have put a variable into the environment by the time when the choice is made; a child inherits it from there.
What stands in ``.env`` is hearsay whoever loaded it. Where the start-up file ran, so is what was not in the environment
before any code of the program, nor in the options of the server program that runs it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tierguard import startup
from tierguard.errors import SettingMismatch
from tierguard.evidence import commandline, dotenv
from tierguard.evidence.booleans import is_true
from tierguard.evidence.files import find_work_tree
from tierguard.model import Hearsay, Tier
from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tierguard.evidence.config import Config


def find_hearsay(config: Config, environ: Mapping[str, str]) -> Hearsay:
    """Return what in this process's environment is hearsay; ``environ`` is that environment as it is now."""
    if not asking(config, environ):
        return Hearsay()
    return weigh(config, environ, read_files(config.root), _asked_from_outside(config))


def read_files(root: Path) -> Mapping[str, Mapping[str, str]]:
    """Return what stands in each ``.env`` of the project, by its path from ``root``.

    That is the one at its root, and those where loaders look: from the working directory, and from the folders of the
    program and of its modules, up to the top of the work tree.
    """
    top = find_work_tree(root)
    starts = [root, *_places()] if top else []
    inside = [place for start in starts for place in (start, *start.parents) if place == top or top in place.parents]
    files = [place / ".env" for place in dict.fromkeys([root, *inside])]
    return {os.path.relpath(file, root): dotenv.read(file) for file in files}


def weigh(
    config: Config,
    environ: Mapping[str, str],
    files: Mapping[str, Mapping[str, str]],
    outside: Collection[str] | None = None,
) -> Hearsay:
    """Return which of the variables that ask for PROD do so on the word of a file or of the program. Pure.

    Args:
        config: names the variables.
        environ: the environment as it is now.
        files: by its name each file of the work tree, and the variables in it.
        outside: the variables that asked for PROD before any code of the program; None where that is not known.
    """
    said = {}
    for name in asking(config, environ):
        file = next((file for file, values in files.items() if name in asking(config, values)), "")
        if file:
            said[name] = f"{name} in {file}"
        elif outside is not None and name not in outside:
            said[name] = f"{name} set by the program itself"
    return Hearsay(
        production_mode=said.get(config.production_mode, ""),
        flag=said.get(config.flags.get(Tier.PROD, ""), ""),
        request=said.get(config.request, ""),
    )


def asking(config: Config, values: Mapping[str, str]) -> frozenset[str]:
    """Return the variables whose values ask for PROD, or say that this is a production server."""
    switches = {config.production_mode, config.flags.get(Tier.PROD, "")} - {""}
    asked = {name for name in switches if is_true(values.get(name, ""))}
    if config.request and _names_prod(config, values.get(config.request, "")):
        asked.add(config.request)
    return frozenset(asked)


def _names_prod(config: Config, word: str) -> bool:
    try:
        return config.tier(word) is Tier.PROD
    except SettingMismatch:
        return False


def _places() -> list[Path]:
    files = [vars(module).get("__file__") for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    folders = dict.fromkeys(Path(file).parent for file in files if isinstance(file, str) and file.startswith("/"))
    with contextlib.suppress(OSError):  # the working directory may be gone
        folders[Path.cwd()] = None
    return [folder.resolve() for folder in folders]


def _asked_from_outside(config: Config) -> frozenset[str] | None:
    """Return what asked for PROD before any code of the program, and in the options of a server program."""
    before = startup.environment()
    if before is None:
        return None
    given = [before, *map(dotenv.read, commandline.env_files(sys.orig_argv, before)), _gunicorn_environment(before)]
    return frozenset().union(*(asking(config, values) for values in given))


def _gunicorn_environment(before: Mapping[str, str]) -> SealedTexts:
    """Return ``raw_env`` of the gunicorn that this process belongs to: from its options or its configuration file."""
    words = commandline.gunicorn_words(sys.orig_argv, before)
    if words is None:
        return SealedTexts({})
    place = commandline.options(words, "-c", "--config")[-1:]
    module = sys.modules.get(place[0].removeprefix("python:") if place else "", sys.modules.get("__config__"))
    pairs = [*commandline.options(words, "-e", "--env"), *getattr(module, "raw_env", ())]
    return SealedTexts(dict(pair.split("=", 1) for pair in pairs if "=" in pair))
