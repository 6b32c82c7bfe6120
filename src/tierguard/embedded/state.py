"""What is known about a project's embedded servers, from one process to the next."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from tierguard.embedded.home import Home


@dataclass(frozen=True, slots=True)
class State:
    """What is known about the servers; kept in ``.tierguard/embedded.json``, readable by its owner only.

    ``databases`` maps a name to the tier that owns it and its oid, whose folder shows whether it still exists.
    """

    root: str = ""
    account: str = ""
    data: str = ""
    socket: str = ""
    ready: bool = False
    passwords: SealedTexts = field(default_factory=lambda: SealedTexts({}), repr=False)
    databases: dict[str, tuple[str, int]] = field(default_factory=dict)


def load(home: Home) -> State:
    """Read what is known; a missing or broken file is nothing known, a copied project knows only its secrets."""
    try:
        known = json.loads((home.folder / "embedded.json").read_text())
        state = State(**{**known, "passwords": SealedTexts(known.get("passwords", {}))})
        state = replace(state, databases={name: (tier, oid) for name, (tier, oid) in state.databases.items()})
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return State(root=str(home.root))
    if state.root != str(home.root):
        return replace(state, root=str(home.root), data="", account="", socket="")
    return state


def save(home: Home, state: State) -> State:
    """Write what is known in one step. Call it with the start lock held."""
    new = home.folder / f"embedded.json.{os.getpid()}"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(state) | {"passwords": dict(state.passwords)}, file, indent=1)
    home.own(new)
    new.replace(home.folder / "embedded.json")
    return state
