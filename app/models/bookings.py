"""Bookings: a lesson of a student with an instructor, priced at the moment it was booked."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import User
from app.models.base import Numbered, Timestamps, one_of


class BookingStatus(StrEnum):
    """What became of a booking. Every one but a cancelled one takes its time of both people."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


TAKES_TIME = "status <> 'CANCELLED'"
SPAN = "tsrange(booking_date + start_time, booking_date + end_time)"


def no_overlap(person: str) -> ExcludeConstraint:
    """Return the constraint by which the server itself refuses a second booking at the same time.

    A GiST index compares plain numbers only with an extension that small servers lack; a range of one number it
    compares everywhere.
    """
    return ExcludeConstraint(
        (text(f"int8range({person}, {person}, '[]')"), "="),
        (text(SPAN), "&&"),
        name=f"ex_bookings_{person}",
        using="gist",
        where=text(TAKES_TIME),
    )


class Booking(Numbered, Timestamps):
    """A lesson. Name, rate, price (dollars) and duration (minutes) are copies, so later changes leave it alone.

    ``seed_key`` marks a row made by the seeds; a person's rows have none.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(one_of("status", BookingStatus), name="status"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
        CheckConstraint("total_price >= 0", name="total_price"),
        CheckConstraint("hourly_rate > 0", name="hourly_rate"),
        CheckConstraint("start_time < end_time", name="times"),
        CheckConstraint("student_id <> instructor_id", name="people"),
        no_overlap("instructor_id"),
        no_overlap("student_id"),
        Index("ix_bookings_instructor_id_booking_date", "instructor_id", "booking_date"),
        Index("ix_bookings_student_id_booking_date", "student_id", "booking_date"),
        Index("ix_bookings_instructor_service_id_booking_date", "instructor_service_id", "booking_date"),
    )

    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="RESTRICT"))
    instructor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="RESTRICT"))
    instructor_service_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("instructor_services.id", ondelete="RESTRICT")
    )
    booking_date: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    service_name: Mapped[str]
    hourly_rate: Mapped[Decimal]
    total_price: Mapped[Decimal]
    duration_minutes: Mapped[int]
    status: Mapped[str] = mapped_column(server_default=BookingStatus.CONFIRMED)
    student_note: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))
    seed_key: Mapped[int | None] = mapped_column(BigInteger, unique=True)

    student: Mapped[User] = relationship(foreign_keys=student_id)
    instructor: Mapped[User] = relationship(foreign_keys=instructor_id)
