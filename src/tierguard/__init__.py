"""Three-tier database safety for Python and PostgreSQL.

Connections go to INT unless something proves otherwise; PROD needs a person, or the server's own environment; and the
database itself says which tier it is. Importing this loads the standard library only.

PYTEST_DONT_REWRITE: where a driver was imported before pytest, this is imported already, and pytest would warn of it.
"""

from __future__ import annotations

from tierguard.errors import (
    AccessRefused,
    AuditRefused,
    ConsentRefused,
    ExtensionMissing,
    IdentityMismatch,
    IdentityRefused,
    PolicyRefused,
    ServerMissing,
    SettingMismatch,
    SettingMissing,
    TierguardError,
    TierRefused,
)

__version__ = "0.1.0"  # of the package too; asking the installed metadata for it would take 20 ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tierguard.databases.authorization import authorize
    from tierguard.databases.survey import status
    from tierguard.model import Operation, Tier
    from tierguard.process.chosen import resolve
    from tierguard.process.installation import install
    from tierguard.statements.classifying import classify

__all__ = [
    "AccessRefused",
    "AuditRefused",
    "ConsentRefused",
    "ExtensionMissing",
    "IdentityMismatch",
    "IdentityRefused",
    "Operation",
    "PolicyRefused",
    "ServerMissing",
    "SettingMismatch",
    "SettingMissing",
    "Tier",
    "TierRefused",
    "TierguardError",
    "authorize",
    "classify",
    "install",
    "resolve",
    "status",
]

_LAZY = {
    "Operation": "model",
    "Tier": "model",
    "authorize": "databases.authorization",
    "classify": "statements.classifying",
    "install": "process.installation",
    "resolve": "process.chosen",
    "status": "databases.survey",
}


def __getattr__(name: str) -> Any:
    """Load the rest of the front door when it is first used."""
    if name not in _LAZY:
        raise AttributeError(f"module 'tierguard' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"tierguard.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
