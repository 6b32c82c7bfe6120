"""Bookings: make, see, cancel, complete."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Self

from fastapi import APIRouter, status
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.api.dependencies import Database, Now, Number
from app.services import bookings
from app.services.bookings import Side, Wish

router = APIRouter(prefix="/api/bookings", tags=["bookings"])

Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class NewBooking(BaseModel):
    """A booking as it is asked for. The student is named once: by number or by e-mail."""

    model_config = ConfigDict(extra="forbid")

    student_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    student_email: Annotated[Text, Field(max_length=320)] | None = None
    instructor_service_id: Annotated[int, Field(ge=1, lt=2**63)]
    booking_date: date
    start_time: time
    duration_minutes: Annotated[int, Field(ge=15, le=720)]
    student_note: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.student_id is None) == (self.student_email is None):
            raise ValueError("name the student by either student_id or student_email")
        if self.start_time.tzinfo is not None or self.start_time.second or self.start_time.microsecond:
            raise ValueError("start_time is New York's, in whole minutes, without a zone")
        return self

    def wish(self) -> Wish:
        """Return what the service layer is asked for."""
        student = self.student_email if self.student_id is None else self.student_id
        assert student is not None
        return Wish(
            student,
            self.instructor_service_id,
            self.booking_date,
            self.start_time,
            self.duration_minutes,
            self.student_note,
        )


class Cancellation(BaseModel):
    """Who cancels."""

    model_config = ConfigDict(extra="forbid")

    by: Side = Side.STUDENT


class ShownBooking(BaseModel):
    """A booking. Rate and price (dollars) are those of the moment at which it was made."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    status: str
    student_id: int
    instructor_id: int
    instructor_service_id: int
    booking_date: date
    start_time: time
    end_time: time
    duration_minutes: int
    service_name: str
    hourly_rate: Decimal
    total_price: Decimal
    student_note: str | None
    completed_at: Moment | None
    cancelled_at: Moment | None
    cancelled_by_id: int | None


@router.post("", status_code=status.HTTP_201_CREATED)
def book(database: Database, now: Now, wanted: NewBooking) -> ShownBooking:
    """Book a lesson; 409 where the time is not to be had."""
    with database() as session:
        return ShownBooking.model_validate(bookings.book(session, wanted.wish(), now))


@router.get("/{number}")
def show(database: Database, number: Number) -> ShownBooking:
    """Return one booking."""
    with database() as session:
        return ShownBooking.model_validate(bookings.find(session, number))


@router.post("/{number}/cancel")
def cancel(database: Database, now: Now, number: Number, cancellation: Cancellation | None = None) -> ShownBooking:
    """Cancel a booking, which frees its time."""
    by = (cancellation or Cancellation()).by
    with database() as session:
        return ShownBooking.model_validate(bookings.cancel(session, number, by, now))


@router.post("/{number}/complete")
def complete(database: Database, now: Now, number: Number) -> ShownBooking:
    """Mark a lesson as held; 409 before it has ended."""
    with database() as session:
        return ShownBooking.model_validate(bookings.complete(session, number, now))
