"""``tierguard config``: what holds, and where it came from. It connects to nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tierguard.cli import options

if TYPE_CHECKING:
    from tierguard.evidence.provenance import Setting


@click.command(
    "config", help="Print every setting and where it comes from: the file's line or the variable. No secrets."
)
@options.as_json
def command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Print every key that holds, and the variables that it names."""
    import os

    from tierguard.evidence.project import load_project
    from tierguard.evidence.provenance import find_settings
    from tierguard.text.sealed import SealedTexts

    config = load_project()
    settings = find_settings(config, SealedTexts(os.environ))
    named = " (named by TIERGUARD_CONFIG)" if os.environ.get("TIERGUARD_CONFIG") else ""
    if as_json:
        told = {"config": str(config.path), "root": str(config.root), "settings": list(map(asdict, settings))}
        options.print_json(told)
        return
    options.say(f"{config.path}{named}")
    for setting in settings:
        _show(setting)


def _show(setting: Setting) -> None:
    options.say(f"{setting.key} = {_toml(setting.value)}    # {setting.origin}")
    for variable in setting.variables:
        shown = "is not set" if variable.value is None else f"= {variable.value}    # {variable.origin}"
        options.say(f"    {variable.name} {shown}")


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)
