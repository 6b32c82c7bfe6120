"""Search by meaning."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.api.dependencies import Database
from app.services.search import Match, search

router = APIRouter(prefix="/api", tags=["search"])

# At least one character that shows, and none that PostgreSQL cannot store.
QUERY = r"^[^\x00]*[^\s\x00][^\x00]*$"


class Result(BaseModel):
    """A service that was found; 1.0 is the best score."""

    name: str
    slug: str
    score: float
    category: str
    description: str
    online_capable: bool


class Results(BaseModel):
    """What was found for a query, best first."""

    query: str
    results: list[Result]


def _show(match: Match) -> Result:
    one = match.service
    return Result(
        name=one.name,
        slug=one.slug,
        score=match.score,
        category=one.category,
        description=one.description,
        online_capable=one.online_capable,
    )


@router.get("/search")
def find(
    database: Database,
    q: Annotated[str, Query(min_length=1, max_length=200, pattern=QUERY)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Results:
    """Return the services that mean what the query means."""
    with database() as session:
        return Results(query=q, results=[_show(match) for match in search(session, q, limit)])
