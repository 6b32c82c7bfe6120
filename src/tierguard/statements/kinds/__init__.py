"""What each kind of node in a statement's tree means: a file for each family, and one line for it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.kinds import (
    administering,
    altering,
    calling,
    changing,
    copying,
    creating,
    cursors,
    dropping,
    explaining,
    expressions,
    maintaining,
    selecting,
    settings,
    transactions,
)

if TYPE_CHECKING:
    from tierguard.statements.tour import Rule

FAMILIES: Final = (
    expressions,
    selecting,
    calling,
    changing,
    copying,
    explaining,
    cursors,
    transactions,
    settings,
    creating,
    altering,
    dropping,
    maintaining,
    administering,
)

# Every kind of node that is known; any other may do anything.
RULES: Final[dict[str, Rule | bool]] = {kind: rule for family in FAMILIES for kind, rule in family.RULES.items()}
VERBS: Final[dict[str, str]] = {kind: verb for family in FAMILIES for kind, verb in family.VERBS.items()}
