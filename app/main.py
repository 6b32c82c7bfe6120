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
from app.core.config import ROOT, settings
from app.db import engine, session
from app.services.health import check
from app.web import pages
from app.web.start import StartCheck
from tierguard.adapters.fastapi import Inquiry, TierMiddleware, probe_engine

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
    app.add_middleware(TierMiddleware, probe=probe_engine(lambda: engine(database_url)))
    app.add_middleware(StartCheck)
    explain_failures(app)
    for part in (health, catalogue, search, bookings, pages):
        app.include_router(part.router)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve: on STG, or on PROD where the server's own environment says so.

    Raises:
        tierguard.TierguardError: the settings of that tier are missing or malformed, or the port cannot be had.
    """
    parser = argparse.ArgumentParser(description="Serve on STG, or on PROD in the server's own environment.")
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="default: $HOST or 127.0.0.1")
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or PORT, help=f"default: $PORT or {PORT}")
    chosen = parser.parse_args(arguments)
    if tierguard.resolve(service=True, root=ROOT).tier is tierguard.Tier.PROD:
        settings.require_secret_key()
    import uvicorn

    try:
        uvicorn.run("app.main:app", host=chosen.host, port=chosen.port)
    except SystemExit as end:  # uvicorn's code for a start that failed is 3, which here means refused
        if not end.code:
            raise
        raise tierguard.TierguardError(
            f"The backend cannot serve on {chosen.host}:{chosen.port}; the last ERROR above says why.",
            hint="--port and --host, or PORT and HOST, choose another.",
        ) from end


def _port(text: str) -> int:
    """Return a port that a server can have; argparse says what is wrong with any other text."""
    number = int(text)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - the ports of TCP
        raise argparse.ArgumentTypeError(f"{number} is not a port; allowed: 0 to 65535")
    return number


app = create_app()
