"""What a text would do to its server beyond the database that it runs in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tierguard.statements.claims import Claim, Kind
from tierguard.statements.rules import RULES
from tierguard.statements.rules.catalogues import CATALOGUES
from tierguard.statements.sentences import Position, Sentence, read_sentences

# A text without any of these words is looked at no further: nearly all are.
_WORDS: Final = ("database", "owned", "_backend", "execute", "system", "dblink", "revoke", "tablespace", "_slot")
_TELLING: Final = (*_WORDS, *CATALOGUES)
_HIDING: Final = re.compile(r"u&|\b(?:do|function|procedure)\b.*\\", re.DOTALL)  # code with escapes, which spell words
_BLOCK: Final = re.compile(r"(?:^|;|\*/)\s*do\b(?!\s+(?:update|nothing)\b)", re.IGNORECASE | re.MULTILINE)
_ROLES: Final = ("role", "user", "group")
_VERBS: Final = ("alter", "drop", "create")


def find_claims(sql: str) -> tuple[Claim, ...]:
    """Return what ``sql`` would do to databases by their name, to roles, to sessions and to the server; each once."""
    lower = sql.lower()
    roles = any(word in lower for word in _ROLES) and any(word in lower for word in _VERBS)
    if not roles and not any(word in lower for word in _TELLING) and not _HIDING.search(lower):
        return ()
    holds_values = "'" in sql or "$$" in sql  # which may be passwords: those are not kept
    return _find(sql) if holds_values else _remember(sql)


def takes_code(sql: str) -> bool:
    """Return whether a value that is put into ``sql`` may be code that runs at once: a block's, after DO."""
    return _BLOCK.search(sql) is not None


def _find(sql: str) -> tuple[Claim, ...]:
    found = (
        claim
        for sentence in read_sentences(sql)
        for rule in RULES
        for claim in rule(sentence)
        if _counts(claim, sentence)
    )
    return tuple(dict.fromkeys(found))


_remember: Final = lru_cache(maxsize=1024)(_find)


def _counts(claim: Claim, sentence: Sentence) -> bool:
    """Return whether a claim is to be believed: in what is most likely data, only a database's plain name."""
    return sentence.place is not Position.TEXT or (claim.kind is Kind.DATABASE and bool(claim.name))
