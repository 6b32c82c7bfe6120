"""The second question: the rows of small tables, counted. A large one is estimated, and nobody waits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.process.radius.reading import Catalogue, Relation

MOST_ROWS: Final = 100_000  # of a table that is counted
_MOST_BYTES: Final = 32 * 1024**2  # dead rows are read too
_MOST_TOGETHER: Final = 128 * 1024**2
_MOST_TABLES: Final = 100


def choose(catalogue: Catalogue) -> tuple[Relation, ...]:
    """Return the tables that are small enough, and that this role may read, the smallest first."""
    chosen: list[Relation] = []
    left = _MOST_TOGETHER
    for one in sorted(catalogue.relations.values(), key=lambda relation: (relation.bytes or 0, relation.oid)):
        if not one.readable or (one.rows or 0) >= MOST_ROWS or (one.bytes or 0) > _MOST_BYTES:
            continue
        left -= one.bytes or 0
        if left < 0 or len(chosen) == _MOST_TABLES:
            break
        chosen.append(one)
    return tuple(chosen)


def write_counting(chosen: tuple[Relation, ...]) -> str:
    """Return the query for their rows: one JSON list."""
    counts = ", ".join(
        f"(SELECT pg_catalog.count(*) FROM ONLY {quote_identifier(one.schema)}.{quote_identifier(one.name)})"  # noqa: S608 - quoted
        for one in chosen
    )
    return f"SELECT pg_catalog.json_build_array({counts})::text"


def read_counting(chosen: tuple[Relation, ...], answer: str | None) -> Mapping[int, int]:
    """Return the rows by oid; nothing where the answer failed, so that the estimates stand."""
    return dict(zip((one.oid for one in chosen), json.loads(answer), strict=True)) if answer else {}
