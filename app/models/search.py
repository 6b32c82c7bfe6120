"""Searches: what each person looked for, every search as it happened, and what was done with its results."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Numbered, one_of


class SearchType(StrEnum):
    """How a search was made."""

    NATURAL_LANGUAGE = "natural_language"
    CATEGORY = "category"
    SERVICE_PILL = "service_pill"
    FILTER = "filter"
    SEARCH_HISTORY = "search_history"


class InteractionType(StrEnum):
    """What was done with a result. ``click`` and ``view_profile`` count as views."""

    CLICK = "click"
    VIEW_PROFILE = "view_profile"
    BOOKMARK = "bookmark"
    BOOK = "book"


class SearchHistory(Numbered):
    """A person's own list of searches, one row per normalized query; a guest is known by a session."""

    __tablename__ = "search_history"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, guest_session_id) = 1", name="one_owner"),
        CheckConstraint(one_of("search_type", SearchType), name="search_type"),
        CheckConstraint("search_count > 0", name="search_count"),
        UniqueConstraint("user_id", "normalized_query"),
        UniqueConstraint("guest_session_id", "normalized_query"),
    )

    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    guest_session_id: Mapped[str | None]
    search_query: Mapped[str]
    normalized_query: Mapped[str]
    search_type: Mapped[str] = mapped_column(server_default=SearchType.NATURAL_LANGUAGE)
    results_count: Mapped[int | None]
    search_count: Mapped[int] = mapped_column(server_default="1")
    first_searched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_searched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class SearchEvent(Numbered):
    """One search; rows are only ever added.

    ``service_catalog_id`` is the service that the search led to, where the searcher knows it; ``seed_key`` marks a
    row made by the seeds.
    """

    __tablename__ = "search_events"
    __table_args__ = (
        CheckConstraint(one_of("search_type", SearchType), name="search_type"),
        Index("ix_search_events_searched_at", "searched_at"),
        Index("ix_search_events_user_id", "user_id"),
        Index("ix_search_events_service_catalog_id_searched_at", "service_catalog_id", "searched_at"),
    )

    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))
    guest_session_id: Mapped[str | None]
    search_query: Mapped[str]
    search_type: Mapped[str] = mapped_column(server_default=SearchType.NATURAL_LANGUAGE)
    service_catalog_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("service_catalog.id", ondelete="SET NULL")
    )
    results_count: Mapped[int | None]
    searched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    session_id: Mapped[str | None]
    search_context: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    seed_key: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class SearchInteraction(Numbered):
    """What somebody did with a result of a search. Positions count from 1; the time is in seconds."""

    __tablename__ = "search_interactions"
    __table_args__ = (
        CheckConstraint(one_of("interaction_type", InteractionType), name="interaction_type"),
        CheckConstraint("result_position > 0", name="result_position"),
        CheckConstraint("time_to_interaction >= 0", name="time_to_interaction"),
        Index("ix_search_interactions_search_event_id", "search_event_id"),
        Index("ix_search_interactions_instructor_id", "instructor_id"),
    )

    search_event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("search_events.id", ondelete="CASCADE"))
    interaction_type: Mapped[str]
    instructor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))
    result_position: Mapped[int | None]
    time_to_interaction: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
