"""What each seed file may say: one class per kind of entry, unknown keys forbidden, nothing converted silently."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.services.seed_files.data import AccountStatus, AgeGroup, Level, LocationType

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_Items = TypeVar("_Items", bound=tuple[object, ...])
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*@example\.com")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError("must be lower-case letters and digits, joined by single hyphens")
    return text


def _email(text: str) -> str:
    # Seed people are recognised, and removed, by this domain, which nobody can own.
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be a lower-case address at @example.com")
    return text


def _clock(value: object) -> time:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError("must be a time from '00:00' to '23:59'")
    return time.fromisoformat(value)


def _weekday(value: object) -> int:
    if value not in WEEKDAYS:
        raise ValueError(f"must be one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(str(value))


def _money(value: object) -> object:
    return Decimal(value) if type(value) is int else value


def _unique(items: _Items) -> _Items:
    for position, item in enumerate(items):
        if item in items[:position]:
            raise ValueError(f"must not repeat {item!r}")
    return items


Word = Annotated[str, Field(max_length=100), AfterValidator(_said)]
Text = Annotated[str, Field(max_length=1000), AfterValidator(_said)]
Slug = Annotated[str, Field(max_length=100), AfterValidator(_slug)]
Email = Annotated[str, Field(max_length=200), AfterValidator(_email)]
Clock = Annotated[time, BeforeValidator(_clock)]
Weekday = Annotated[int, BeforeValidator(_weekday)]
Dollars = Annotated[Decimal, BeforeValidator(_money), Field(gt=0, le=1000, decimal_places=2)]
Minutes = Annotated[int, Field(ge=15, le=720)]
Some = Field(min_length=1, max_length=100)


class Entry(BaseModel):
    """The rules that every entry shares."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CategoryEntry(Entry):
    """One item of ``categories.yaml``."""

    slug: Slug
    name: Word
    subtitle: Text
    icon_name: Slug


class ServiceEntry(Entry):
    """One item of the list ``services`` of a file in ``services/``."""

    slug: Slug
    name: Word
    description: Text
    search_terms: Annotated[tuple[Word, ...], Some, AfterValidator(_unique)]
    related: Annotated[tuple[Slug, ...], AfterValidator(_unique)] = ()
    online_capable: bool
    requires_certification: bool = False


class ShelfEntry(Entry):
    """A whole file in ``services/``; its services are looked at one by one."""

    category: Slug
    services: tuple[Any, ...]


class OfferingEntry(Entry):
    """One service that an instructor offers."""

    service: Slug
    hourly_rate: Dollars
    description: Text
    duration_options: Annotated[tuple[Minutes, ...], Some, AfterValidator(_unique)]
    experience_level: Level
    levels_taught: Annotated[tuple[Level, ...], Some, AfterValidator(_unique)]
    age_groups: Annotated[tuple[AgeGroup, ...], Some, AfterValidator(_unique)]
    location_types: Annotated[tuple[LocationType, ...], Some, AfterValidator(_unique)]


class InstructorEntry(Entry):
    """One item of ``instructors.yaml``."""

    email: Email
    full_name: Word
    status: AccountStatus = "active"
    bio: Text
    years_experience: Annotated[int, Field(ge=0, le=80)]
    areas: Annotated[tuple[Word, ...], Some, AfterValidator(_unique)]
    min_advance_booking_hours: Annotated[int, Field(ge=0, le=720)]
    buffer_time_minutes: Annotated[int, Field(ge=0, le=240)]
    availability: Slug
    services: Annotated[tuple[OfferingEntry, ...], Some]


class StudentEntry(Entry):
    """One item of ``students.yaml``."""

    email: Email
    full_name: Word
    admin: bool = False


class SlotEntry(Entry):
    """The same hours on one or more weekdays."""

    days: Annotated[tuple[Weekday, ...], Some, AfterValidator(_unique)]
    start: Clock
    end: Clock


class PatternEntry(Entry):
    """One item of ``availability_patterns.yaml``."""

    name: Slug
    slots: Annotated[tuple[SlotEntry, ...], Some]


class ReviewEntry(Entry):
    """One item of ``review_texts``."""

    rating: Annotated[int, Field(ge=1, le=5)]
    text: Text


class SettingsEntry(Entry):
    """The whole of ``settings.yaml``."""

    password: Annotated[str, Field(min_length=8, max_length=72)]
    weeks_back: Annotated[int, Field(ge=0, le=52)]
    weeks_ahead: Annotated[int, Field(ge=0, le=52)]
    completed_bookings_per_offering: Annotated[int, Field(ge=0, le=100)]
    upcoming_bookings_per_instructor: Annotated[int, Field(ge=0, le=100)]
    search_phrases: Annotated[tuple[Word, ...], Field(min_length=1, max_length=1000), AfterValidator(_unique)]
    review_texts: Annotated[tuple[ReviewEntry, ...], Field(min_length=1, max_length=1000)]
