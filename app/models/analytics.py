"""Demand, supply and price of each service, calculated from bookings, searches and availability."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, false, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ServiceAnalytics(Base):
    """One row per active service. NULL means that there was nothing to calculate from, which 0 would hide.

    Prices are in dollars, durations in minutes; rates and scores are fractions of 1 and points of 100.
    """

    __tablename__ = "service_analytics"
    __table_args__ = (
        CheckConstraint("demand_score BETWEEN 0 AND 100", name="demand_score"),
        CheckConstraint("avg_rating BETWEEN 1 AND 5", name="avg_rating"),
    )

    service_catalog_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service_catalog.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    search_count_7d: Mapped[int] = mapped_column(server_default="0")
    search_count_30d: Mapped[int] = mapped_column(server_default="0")
    view_count_30d: Mapped[int] = mapped_column(server_default="0")
    booking_count_7d: Mapped[int] = mapped_column(server_default="0")
    booking_count_30d: Mapped[int] = mapped_column(server_default="0")
    search_to_view_rate: Mapped[float | None]
    view_to_booking_rate: Mapped[float | None]
    avg_price_booked: Mapped[Decimal | None]
    price_percentile_25: Mapped[Decimal | None]
    price_percentile_50: Mapped[Decimal | None]
    price_percentile_75: Mapped[Decimal | None]
    most_booked_duration: Mapped[int | None]
    duration_distribution: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    peak_hours: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    peak_days: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    completion_rate: Mapped[float | None]
    avg_rating: Mapped[float | None]
    review_count: Mapped[int] = mapped_column(server_default="0")
    active_instructors: Mapped[int] = mapped_column(server_default="0")
    total_weekly_hours: Mapped[float] = mapped_column(server_default="0")
    supply_demand_ratio: Mapped[float | None]
    demand_score: Mapped[float] = mapped_column(server_default="0", index=True)
    is_trending: Mapped[bool] = mapped_column(server_default=false())
    last_calculated: Mapped[datetime] = mapped_column(server_default=func.now())
