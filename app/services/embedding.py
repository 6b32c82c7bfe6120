"""Embeddings: a vector for every service of the catalogue, and for what people type.

The model is WordLlama, whose 256-dimension weights are part of its wheel: nothing is downloaded. It is loaded on first
use, because numpy and the weights take a second that nothing else needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

MODEL = "wordllama/l2_supercat_256"
BATCH = 256
"""Rows per statement; each carries about 3 kB of vector."""

_loading = Lock()

_CATALOGUE = text("""
    SELECT s.id, s.name, c.name AS category, s.description, s.search_terms, s.embedding_model, s.embedding_text_hash
    FROM service_catalog s JOIN service_categories c ON c.id = s.category_id
    ORDER BY s.id
""")
_STORE = text("""
    UPDATE service_catalog s
    SET embedding = fresh.embedding::vector, embedding_text_hash = fresh.hash, embedding_model = :model,
        embedded_at = now()
    FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS text[]), CAST(:embeddings AS text[]))
        AS fresh (id, hash, embedding)
    WHERE s.id = fresh.id
""")


@dataclass(frozen=True, slots=True)
class Passage:
    """The text by which one service is found, and its fingerprint."""

    id: int
    text: str

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the text: equal hashes need no new vector."""
        return sha256(self.text.encode()).hexdigest()


def compose(name: str, category: str, description: str, search_terms: Sequence[str]) -> str:
    """Return the text of a service. The name counts twice, so that long descriptions do not drown it."""
    return f"{name}. {name}. {category}. {description} {', '.join(search_terms)}".strip()


def embed_text(query: str) -> list[float]:
    """Return the vector of a query.

    Raises:
        ValueError: There is nothing but space in the query.
    """
    if not query.strip():
        raise ValueError("an empty query cannot be searched for")
    return list(map(float, _embed([query])[0]))


def embed_missing(connection: Connection, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Embed every service whose text or model changed since it was embedded; return how many there were.

    The caller commits. ``progress`` is told how many are done of how many.
    """
    stale = [
        passage
        for row in connection.execute(_CATALOGUE)
        for passage in [Passage(row.id, compose(row.name, row.category, row.description, row.search_terms))]
        if (row.embedding_model, row.embedding_text_hash) != (MODEL, passage.hash)
    ]
    done = 0
    for start in range(0, len(stale), BATCH):
        batch = stale[start : start + BATCH]
        vectors = _embed([passage.text for passage in batch])
        connection.execute(
            _STORE,
            {
                "model": MODEL,
                "ids": [passage.id for passage in batch],
                "hashes": [passage.hash for passage in batch],
                "embeddings": [f"[{','.join(map(str, vector.tolist()))}]" for vector in vectors],
            },
        )
        done += len(batch)
        if progress:
            progress(done, len(stale))
    return done


def _embed(texts: Sequence[str]) -> Any:
    return _model().embed(list(texts), norm=True)


def _model() -> Any:
    with _loading:  # two threads of a server would load it twice
        return _load()


@cache
def _load() -> Any:
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
