"""Bookings: made where the instructor has opened the time, priced at that moment, cancelled or completed later.

Lessons are held in New York, so dates and times are that city's; ``now`` always carries its zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.models import AccountStatus, Booking, BookingStatus, InstructorProfile, InstructorService, Service, User
from app.services.errors import BookingRefused, RecordMissing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ZONE = ZoneInfo("America/New_York")
_DAY = 24 * 60
_CENT = Decimal("0.01")
_OVERLAP = "23P01"  # the exclusion constraints of bookings

# Slots that touch count as one, so a lesson may run from one into the next.
_OPEN = text("""
    SELECT coalesce(range_agg(tsrange(specific_date + start_time, specific_date + end_time)) @> tsrange(:start, :end),
        false)
    FROM availability_slots
    WHERE instructor_id = :instructor AND specific_date = CAST(:start AS date)
""")
_BUSY = text("""
    SELECT EXISTS (
        SELECT FROM bookings
        WHERE instructor_id = :instructor AND status <> 'CANCELLED'
            AND tsrange(booking_date + start_time, booking_date + end_time)
                && tsrange(:start - make_interval(mins => :buffer), :end + make_interval(mins => :buffer))
    )
""")


class Side(StrEnum):
    """Who cancels."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking as it is asked for. The student is known by number or by e-mail."""

    student: int | str
    offering: int
    date: date
    start: time
    minutes: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Offer:
    """An offering with the people and rules behind it."""

    offering: InstructorService
    profile: InstructorProfile
    instructor: User
    service: str


def book(session: Session, wish: Wish, now: datetime) -> Booking:
    """Make a confirmed booking and return it; its price is the offering's now.

    Raises:
        RecordMissing: There is no such student or offering.
        BookingRefused: Somebody is not active, or the time is not open, too near, too near to another lesson or taken.
    """
    offer = _find_offer(session, wish.offering)
    student = _find_student(session, wish.student)
    start = datetime.combine(wish.date, wish.start)
    _check(session, offer, wish, start, now)
    if student.id == offer.instructor.id:
        raise BookingRefused("nobody can book their own lesson")
    booking = Booking(
        student_id=student.id,
        instructor_id=offer.instructor.id,
        instructor_service_id=offer.offering.id,
        booking_date=wish.date,
        start_time=wish.start,
        end_time=(start + timedelta(minutes=wish.minutes)).time(),
        service_name=offer.service,
        hourly_rate=offer.offering.hourly_rate,
        total_price=price(offer.offering.hourly_rate, wish.minutes),
        duration_minutes=wish.minutes,
        status=BookingStatus.CONFIRMED,
        student_note=wish.note,
    )
    session.add(booking)
    try:
        session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _OVERLAP:
            raise BookingRefused("that time is taken") from None
        raise
    return booking


def price(hourly_rate: Decimal, minutes: int) -> Decimal:
    """Return what a lesson costs, in dollars to the cent."""
    return (hourly_rate * minutes / 60).quantize(_CENT)


def find(session: Session, number: int, *, lock: bool = False) -> Booking:
    """Return one booking.

    Raises:
        RecordMissing: There is no such booking.
    """
    booking = session.get(Booking, number, with_for_update=lock)
    if booking is None:
        raise RecordMissing(f"there is no booking {number}")
    return booking


def cancel(session: Session, number: int, by: Side, now: datetime) -> Booking:
    """Cancel a booking, which frees its time. Cancelling it again changes nothing.

    Raises:
        RecordMissing: There is no such booking.
        BookingRefused: The lesson was held or missed.
    """
    booking = find(session, number, lock=True)
    if booking.status == BookingStatus.CANCELLED:
        return booking
    _require_open(booking, "cancelled")
    booking.status = BookingStatus.CANCELLED
    booking.cancelled_at = now
    booking.cancelled_by_id = booking.student_id if by is Side.STUDENT else booking.instructor_id
    session.flush()
    return booking


def complete(session: Session, number: int, now: datetime) -> Booking:
    """Mark a lesson as held. Doing it again changes nothing.

    Raises:
        RecordMissing: There is no such booking.
        BookingRefused: The lesson has not ended, or was cancelled or missed.
    """
    booking = find(session, number, lock=True)
    if booking.status == BookingStatus.COMPLETED:
        return booking
    _require_open(booking, "completed")
    if _zoned(datetime.combine(booking.booking_date, booking.end_time)) > now:
        raise BookingRefused("the lesson has not ended yet")
    booking.status = BookingStatus.COMPLETED
    booking.completed_at = now
    session.flush()
    return booking


def _find_offer(session: Session, number: int) -> _Offer:
    """Return the offering, with its instructor's profile locked: two bookings of one instructor take turns."""
    query = (
        select(InstructorService, InstructorProfile, User, Service.name)
        .join(InstructorProfile, InstructorProfile.id == InstructorService.instructor_profile_id)
        .join(User, User.id == InstructorProfile.user_id)
        .join(Service, Service.id == InstructorService.service_catalog_id)
        .where(InstructorService.id == number)
        .with_for_update(of=InstructorProfile, key_share=True)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise RecordMissing(f"there is no offering {number}")
    offer = _Offer(*found)
    if not offer.offering.is_active or not _takes_part(offer.instructor):
        raise BookingRefused("this is no longer offered")
    return offer


def _find_student(session: Session, who: int | str) -> User:
    known = User.id == who if isinstance(who, int) else func.lower(User.email) == who.lower()
    student = session.scalar(select(User).where(known))
    if student is None:
        raise RecordMissing("there is no such student")
    if not _takes_part(student):
        raise BookingRefused("the student's account is not active")
    return student


def _check(session: Session, offer: _Offer, wish: Wish, start: datetime, now: datetime) -> None:
    if wish.minutes not in offer.offering.duration_options:
        options = ", ".join(map(str, offer.offering.duration_options))
        raise BookingRefused(f"a lesson of this offering takes {options} minutes")
    if start.hour * 60 + start.minute + wish.minutes >= _DAY:
        raise BookingRefused("a lesson ends on the day on which it starts")
    notice = timedelta(hours=offer.profile.min_advance_booking_hours)
    if _zoned(start) < now + notice:
        raise BookingRefused(
            f"this instructor is booked at least {offer.profile.min_advance_booking_hours} hours ahead"
        )
    span = {"instructor": offer.instructor.id, "start": start, "end": start + timedelta(minutes=wish.minutes)}
    if not session.scalar(_OPEN, span):
        raise BookingRefused("the instructor is not available then")
    if session.scalar(_BUSY, {**span, "buffer": offer.profile.buffer_time_minutes}):
        raise BookingRefused("that time is taken")


def _require_open(booking: Booking, wanted: str) -> None:
    if booking.status not in {BookingStatus.PENDING, BookingStatus.CONFIRMED}:
        raise BookingRefused(f"a booking that is {booking.status} cannot be {wanted}")


def _takes_part(user: User) -> bool:
    return user.is_active and user.account_status == AccountStatus.ACTIVE


def _zoned(moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZONE)
