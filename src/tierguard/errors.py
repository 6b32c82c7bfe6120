"""The one error tree.

TierguardError                 4  the operation failed (server down, migration error)
├── SettingMissing             2  a setting that the selected tier needs is not there
├── SettingMismatch            2  a setting is malformed, or two of them contradict
├── ServerMissing              4  nobody answers at the selected tier's URL
├── ExtensionMissing           4  the server lacks an extension that the project needs
└── AccessRefused              3  policy says no
    ├── TierRefused            3  the tier asked for is not for this process
    ├── ConsentRefused         3  a person was asked and did not agree
    ├── PolicyRefused          3  the operation is not allowed on this tier
    ├── IdentityRefused        3  the database reached does not prove a tier that this process may use
    │   └── IdentityMismatch   3  the database reached proves to be another one than the URL's label says
    └── AuditRefused           3  the attempt could not be recorded, so it is not made

Every class carries its exit code, its message (the docstring) and the id of its rule, a page under ``docs/rules/``.
A raise may name a finer rule, what to do instead (``hint``), and the command that only a person may type (``ask``).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself would be a third of what importing tierguard costs
    from typing import ClassVar


class TierguardError(Exception):
    """The operation failed."""

    exit_code: ClassVar[int] = 4
    rule: str = "operation-failed"

    def __init__(self, message: str = "", *, hint: str = "", rule: str = "", ask: str = "") -> None:
        """Keep what happened, what to do instead, and the id of the rule that led here if it is not the class's own.

        Args:
            message: what happened.
            hint: what to do instead.
            rule: the id of a page under ``docs/rules/``.
            ask: the command to ask a person to type at a terminal, where that would be allowed.
        """
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint
        self.rule = rule or self.rule
        self.told = False  # a person has seen it
        self.ask = ask
        person = f"A person types at a terminal: {ask}" if ask else ""
        super().__init__(" ".join(filter(None, (self.message, hint, person))))


class SettingMissing(TierguardError):
    """Database configuration errors."""

    exit_code = 2
    rule = "setting-missing"


class SettingMismatch(TierguardError):
    """A setting is malformed or contradicts another."""

    exit_code = 2
    rule = "setting-mismatch"


class ServerMissing(TierguardError):
    """The database server cannot be reached."""

    rule = "server-missing"


class ExtensionMissing(TierguardError):
    """The server lacks an extension that this project needs."""

    rule = "extension-missing"


class AccessRefused(TierguardError):
    """Refused by policy."""

    exit_code = 3
    rule = "access-refused"


class TierRefused(AccessRefused):
    """The tier asked for is not for this process."""


class ConsentRefused(AccessRefused):
    """Nobody agreed at the terminal."""

    rule = "typed-name"


class PolicyRefused(AccessRefused):
    """The operation is not allowed on this tier."""


class IdentityRefused(AccessRefused):
    """The database does not prove that this process may use it."""


class IdentityMismatch(IdentityRefused):
    """The database reached is not the one that was selected."""


class AuditRefused(AccessRefused):
    """The attempt could not be recorded."""

    rule = "audit-unwritable"
