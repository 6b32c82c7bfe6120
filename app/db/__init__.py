"""The only door to the database: an engine, a session, a plain connection, and the extensions behind them."""

from app.db.engine import connect, engine, session
from app.db.extensions import require_extensions

__all__ = ["connect", "engine", "require_extensions", "session"]
