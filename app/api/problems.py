"""What a failed request is told: one line, never a traceback or a secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.services.errors import BookingRefused, RecordMissing
from tierguard import TierguardError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

_log = logging.getLogger(__name__)

UNAVAILABLE = "The database is not available."
_SCHEMA_LACKS = {"42P01", "42703"}  # undefined table, undefined column
UNPREPARED = "The database is not prepared: python scripts/prep_db.py prepares it."


def explain_failures(app: FastAPI) -> None:
    """Give every expected failure its status and its line."""
    for kind, status in ((RecordMissing, 404), (BookingRefused, 409)):
        app.add_exception_handler(kind, _saying(status))
    for down in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(down, _unavailable)
    app.add_exception_handler(ProgrammingError, _unprepared)
    app.add_exception_handler(TierguardError, _refused)


def _saying(status: int):  # type: ignore[no-untyped-def] # noqa: ANN202 - Starlette's own signature
    def handle(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=status)

    return handle


def _unavailable(_: Request, error: Exception) -> JSONResponse:
    _log.warning("the database is unavailable: %s", type(error).__name__)
    return JSONResponse({"detail": UNAVAILABLE}, status_code=503, headers={"retry-after": "5"})


def _unprepared(_: Request, error: Exception) -> JSONResponse:
    """Say what is missing where it is the schema; any other mistake in a statement is ours."""
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _SCHEMA_LACKS:
        return JSONResponse({"detail": UNPREPARED}, status_code=503)
    raise error


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TierguardError)
    _log.error("the database was refused: %s", error.rule)
    return JSONResponse({"detail": UNAVAILABLE, "rule": error.rule}, status_code=503)
