"""The page: the catalogue and its search."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from app.services import catalogue
from app.services.search import search

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent / "templates")

SHOWN = 12


@router.get("/")
@router.head("/")
def index(request: Request, q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "") -> HTMLResponse:
    """Show the categories, and what was searched for."""
    with request.app.state.database() as session:
        matches = search(session, q, SHOWN) if q.strip() else []
        categories = catalogue.list_categories(session)
    values = {"query": q, "matches": matches, "categories": categories}
    return templates.TemplateResponse(request, "index.html", values)
