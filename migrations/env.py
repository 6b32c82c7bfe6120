"""Alembic's entry: which database, and whether, is tierguard's to say."""

import app.core.config  # noqa: F401 - gates every driver of this process
from app.models import Base
from tierguard.adapters.alembic import run_migrations

run_migrations(Base.metadata)
