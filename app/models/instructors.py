"""Who teaches what, for how much, and when."""

from datetime import date, time
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import User
from app.models.base import Numbered, Timestamps
from app.models.catalogue import Service


class InstructorProfile(Numbered, Timestamps):
    """What makes a user an instructor."""

    __tablename__ = "instructor_profiles"
    __table_args__ = (
        CheckConstraint("years_experience >= 0", name="years_experience"),
        CheckConstraint("min_advance_booking_hours >= 0", name="min_advance_booking_hours"),
        CheckConstraint("buffer_time_minutes >= 0", name="buffer_time_minutes"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    bio: Mapped[str] = mapped_column(server_default="")
    years_experience: Mapped[int] = mapped_column(server_default="0")
    areas_of_service: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    min_advance_booking_hours: Mapped[int] = mapped_column(server_default="2")
    buffer_time_minutes: Mapped[int] = mapped_column(server_default="0")

    user: Mapped[User] = relationship()
    offerings: Mapped[list["InstructorService"]] = relationship(back_populates="profile")


class InstructorService(Numbered, Timestamps):
    """One service as one instructor offers it: an offering. ``hourly_rate`` is in dollars, durations in minutes."""

    __tablename__ = "instructor_services"
    __table_args__ = (
        CheckConstraint("hourly_rate > 0", name="hourly_rate"),
        CheckConstraint("cardinality(duration_options) > 0", name="duration_options_present"),
        CheckConstraint("duration_options[1] BETWEEN 15 AND 720", name="duration_options_range"),
        Index(
            "uq_instructor_services_active",
            "instructor_profile_id",
            "service_catalog_id",
            unique=True,
            postgresql_where=text("is_active"),
        ),
        Index("ix_instructor_services_service_catalog_id", "service_catalog_id"),
    )

    instructor_profile_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("instructor_profiles.id", ondelete="CASCADE")
    )
    service_catalog_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_catalog.id", ondelete="RESTRICT"))
    hourly_rate: Mapped[Decimal]
    description: Mapped[str] = mapped_column(server_default="")
    duration_options: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{60}'"))
    experience_level: Mapped[str | None]
    levels_taught: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    age_groups: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    location_types: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    is_active: Mapped[bool] = mapped_column(server_default=true())

    profile: Mapped[InstructorProfile] = relationship(back_populates="offerings")
    service: Mapped[Service] = relationship()


class AvailabilitySlot(Numbered):
    """A stretch of one day in which an instructor can be booked, in the instructor's local time."""

    __tablename__ = "availability_slots"
    __table_args__ = (
        CheckConstraint("start_time < end_time", name="times"),
        UniqueConstraint(
            "instructor_id", "specific_date", "start_time", "end_time", name="uq_availability_slots_times"
        ),
        Index("ix_availability_slots_specific_date", "specific_date"),
    )

    instructor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    specific_date: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
