"""Every driver's gate: in this process, now, and for drivers that are imported later."""

from __future__ import annotations

import importlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from tierguard.evidence.hearsay import find_hearsay
from tierguard.evidence.project import find_root
from tierguard.forks import Lock
from tierguard.model import Tier
from tierguard.process import drivers, ending
from tierguard.process.chosen import claim_process
from tierguard.process.gate import Gate
from tierguard.process.imports import when_executed

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from tierguard.model import Hearsay
    from tierguard.process.chosen import Process

_lock = Lock()
_gate: Gate | None = None


def install(root: Path | None = None) -> Gate:
    """Gate every driver of this process, once. Chooses no URL, asks nobody, prints nothing.

    Args:
        root: where to look for the configuration; if left out, the working directory, the script's folder, and what
            is above the environment. It decides for a process that is gated already, as long as nothing was chosen.

    Raises:
        SettingMissing: there is no configuration.
    """
    ending.watch()  # first: what is wrong with the settings should be one line too
    gate = put_up(claim_process(root or (None if _gate else find_root())))
    for name in drivers.DRIVERS.keys() & sys.modules.keys():
        importlib.import_module(name)  # gated when it is done, if another thread is importing it
    return gate


def put_up(process: Process) -> Gate:
    """Put one gate in front of every driver of this process, those that are imported later too; return it."""
    global _gate
    with _lock:
        if _gate is None:
            ending.watch()
            gate = Gate(process)
            when_executed(drivers.acts(gate) | {"multiprocessing.process": partial(_gate_children, gate)})
            _gate = gate
        return _gate


class _Inheritance:
    """Gates a spawned child: it rides in the settings that multiprocessing hands down, and acts when unpickled."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        config, choice = self.gate.process.config, self.gate.process.choice
        if self.gate.process.conflict:
            return dict, ()  # whose process it is: the child asks again
        # PROD is never handed down: the child's own environment, or a person, says so again.
        tier = choice.tier.value if choice and choice.tier and choice.tier is not Tier.PROD else ""
        return _inherit, (config.root, tier, find_hearsay(config, os.environ))


def _inherit(root: Path, tier: str, told: Hearsay) -> _Inheritance:
    gate = install(root)
    gate.process.doubt(told)
    if tier:
        gate.process.choose(tier)
    return _Inheritance(gate)


def _gate_children(gate: Gate, module: ModuleType) -> None:
    """Let the children that ``multiprocessing`` spawns be gated before they import what they run."""
    module.current_process()._config["tierguard"] = _Inheritance(gate)  # noqa: SLF001 - copied into every child


def installed_gate() -> Gate | None:
    """Return this process's gate, or None where nobody installed one."""
    return _gate
