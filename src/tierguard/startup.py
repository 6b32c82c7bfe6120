"""What the start-up file of this environment knows: the environment variables from before any code of yours."""

from __future__ import annotations

import os
import sys

from tierguard.text.sealed import SealedTexts

MODULE = "_tierguard_startup"  # beside tierguard.pth in site-packages; not imported here, where nobody started it


def environment() -> SealedTexts | None:
    """Return the environment as it was when this process began, or None where the start-up file did not run then.

    A forked child answers as its parent: nothing of it began anew.
    """
    remembered = getattr(sys.modules.get(MODULE), "remembered", None)
    return None if remembered is None else SealedTexts(remembered())


def folder() -> str:
    """Return where the start-up file lies, which is where the environment's packages lie, or an empty string."""
    return (getattr(sys.modules.get(MODULE), "__file__", None) or "").rpartition(os.sep)[0]


def has_run() -> bool:
    """Return whether the start-up file of this environment ran in this process, so that it does in every other one."""
    return getattr(sys.modules.get(MODULE), "_scout", None) is not None
