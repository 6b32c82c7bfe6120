"""What in a statement reaches beyond its database: a file for each rule, and one line for it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.rules.catalogues import find_catalogues
from tierguard.statements.rules.creation import find_creations
from tierguard.statements.rules.databases import find_databases
from tierguard.statements.rules.ownership import find_owners
from tierguard.statements.rules.roles import find_roles
from tierguard.statements.rules.server import find_server_settings
from tierguard.statements.rules.sessions import find_sessions
from tierguard.statements.rules.templates import find_templates
from tierguard.statements.rules.unreadable import find_unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tierguard.statements.claims import Claim
    from tierguard.statements.sentences import Sentence

    Rule = Callable[[Sentence], Iterator[Claim]]

RULES: Final[tuple[Rule, ...]] = (
    find_creations,
    find_databases,
    find_templates,
    find_roles,
    find_owners,
    find_sessions,
    find_server_settings,
    find_catalogues,
    find_unreadable,
)
