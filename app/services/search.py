"""Search by meaning: the services whose embeddings are nearest to the query's, and those of that very name first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, text

from app.models import Category, SearchEvent, Service
from app.services.catalogue import LIGHT, ServiceLine, line_of
from app.services.embedding import embed_text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# An HNSW scan returns at most hnsw.ef_search rows, 40 unless told otherwise.
_SCANNED = 40
_WIDER = text("SET LOCAL hnsw.ef_search = 120")


@dataclass(frozen=True, slots=True)
class Match:
    """A service that was found. ``score`` is the cosine similarity, 1.0 for a service of exactly that name."""

    service: ServiceLine
    score: float


def search(session: Session, query: str, limit: int) -> list[Match]:
    """Return at most ``limit`` active services for a query, best first, and record that it was asked.

    The vector search reads ``ORDER BY embedding <=> :query LIMIT n``, which the index can serve; services that are
    not embedded yet are found by their exact name only.

    Raises:
        ValueError: There is nothing but space in the query.
    """
    query = " ".join(query.split())
    vector = embed_text(query)
    if limit * 2 > _SCANNED:
        session.execute(_WIDER)
    distance = Service.embedding.cosine_distance(vector)
    found = (Service, Category.slug, distance)
    shelves = (Category, Category.id == Service.category_id)
    active = select(*found).join(*shelves).where(Service.is_active).options(LIGHT)
    named = active.where(func.lower(Service.name) == query.lower())
    near = active.where(Service.embedding.is_not(None)).order_by(distance).limit(limit)
    exact = {service.id: Match(line_of(service, slug), 1.0) for service, slug, _ in session.execute(named)}
    others = [
        Match(line_of(service, slug), round(1 - far, 4))
        for service, slug, far in session.execute(near)
        if service.id not in exact
    ]
    matches = [*exact.values(), *others][:limit]
    _record(session, query, next(iter(exact), None), len(matches))
    return matches


def _record(session: Session, query: str, service: int | None, results: int) -> None:
    """Add the search event from which analytics counts; the service only where the name left no doubt."""
    session.execute(insert(SearchEvent).values(search_query=query, service_catalog_id=service, results_count=results))
