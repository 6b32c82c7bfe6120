"""Categories and services."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import Database, Slug
from app.services import catalogue
from app.services.catalogue import CategoryLine, ServiceDetails, ServicePage

router = APIRouter(prefix="/api", tags=["catalogue"])


@router.get("/categories")
def list_categories(database: Database) -> list[CategoryLine]:
    """Return all categories."""
    with database() as session:
        return catalogue.list_categories(session)


@router.get("/services")
def list_services(
    database: Database,
    category: Annotated[str | None, Query(pattern="^[a-z0-9-]+$", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> ServicePage:
    """Return a page of services, of one category or of all."""
    with database() as session:
        return catalogue.list_services(session, category=category, limit=limit, offset=offset)


@router.get("/services/{slug}")
def find_service(database: Database, slug: Slug) -> ServiceDetails:
    """Return one service and who offers it."""
    with database() as session:
        return catalogue.find_service(session, slug)
