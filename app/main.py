"""The web application. Importing this needs no URL and no server; the first request chooses the database."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI

import tierguard
from app.api import bookings, catalogue, health, search
from app.api.health import PATIENCE
from app.api.problems import explain_failures
from app.core.config import ROOT
from app.db import engine, session
from app.services.health import ask_tier, check
from app.web import pages
from tierguard.adapters.fastapi import Inquiry, TierMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.services.health import Health

PORT = 8000


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(database_url: str | None = None, *, clock: Callable[[], datetime] = _now) -> FastAPI:
    """Return the application.

    Args:
        database_url: the database to use; the process's chosen one when there is none.
        clock: tells the time, with its zone.
    """

    def examine() -> Health:
        return check(engine(database_url))

    app = FastAPI(title="InstaInstru", description="The reference backend of tierguard.")
    app.state.database = lambda: session(database_url)
    app.state.clock = clock
    app.state.health = Inquiry(examine, max_age=0, patience=PATIENCE)
    app.add_middleware(TierMiddleware, probe=lambda: ask_tier(engine(database_url)))
    explain_failures(app)
    for part in (health, catalogue, search, bookings, pages):
        app.include_router(part.router)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve: on STG, or on PROD where the server's own environment says so.

    Raises:
        tierguard.TierguardError: the settings of that tier are missing or malformed.
    """
    parser = argparse.ArgumentParser(description="Serve on STG, or on PROD in the server's own environment.")
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="default: $HOST or 127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or PORT, help=f"default: $PORT or {PORT}")
    chosen = parser.parse_args(arguments)
    tierguard.resolve(service=True, root=ROOT)
    import uvicorn

    uvicorn.run("app.main:app", host=chosen.host, port=chosen.port)


app = create_app()
