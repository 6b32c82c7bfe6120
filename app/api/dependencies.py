"""What the endpoints are given."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session


def _database(request: Request) -> Callable[[], AbstractContextManager[Session]]:
    opener: Callable[[], AbstractContextManager[Session]] = request.app.state.database
    return opener


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock()
    return moment


# Endpoints open their session themselves, so that it is committed before the answer goes out.
Database: TypeAlias = Annotated[Callable[[], AbstractContextManager[Session]], Depends(_database)]
Now: TypeAlias = Annotated[datetime, Depends(_now)]
Number: TypeAlias = Annotated[int, Path(ge=1, lt=2**63)]
Slug: TypeAlias = Annotated[str, Path(pattern="^[a-z0-9-]+$", max_length=200)]
