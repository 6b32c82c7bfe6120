"""What the seed files mean, as frozen values.

Nothing here checks anything: a value of these classes exists only after ``schema`` and ``references`` agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import time
    from decimal import Decimal

AccountStatus = Literal["active", "suspended", "deactivated"]
Level = Literal["beginner", "intermediate", "advanced"]
AgeGroup = Literal["kids", "teens", "adults", "seniors"]
LocationType = Literal["in-person", "online"]


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue; ``display_order`` counts from 1 in the order of the file."""

    slug: str
    name: str
    subtitle: str
    icon_name: str
    display_order: int


@dataclass(frozen=True, slots=True)
class Service:
    """Something that can be taught; ``related`` holds slugs, ``display_order`` counts from 1 inside its category."""

    slug: str
    name: str
    category: str
    description: str
    search_terms: tuple[str, ...]
    related: tuple[str, ...]
    online_capable: bool
    requires_certification: bool
    display_order: int


@dataclass(frozen=True, slots=True)
class Offering:
    """One service as one instructor teaches it: dollars per hour, lengths in minutes."""

    service: str
    hourly_rate: Decimal
    description: str
    duration_options: tuple[int, ...]
    experience_level: Level
    levels_taught: tuple[Level, ...]
    age_groups: tuple[AgeGroup, ...]
    location_types: tuple[LocationType, ...]


@dataclass(frozen=True, slots=True)
class Instructor:
    """A teacher; ``availability`` names a pattern."""

    email: str
    full_name: str
    status: AccountStatus
    bio: str
    years_experience: int
    areas: tuple[str, ...]
    min_advance_booking_hours: int
    buffer_time_minutes: int
    availability: str
    services: tuple[Offering, ...]


@dataclass(frozen=True, slots=True)
class Student:
    """A learner, or with ``admin`` the person who looks after the site."""

    email: str
    full_name: str
    admin: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """An open stretch of one weekday (0 is Monday), ``start`` before ``end``."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named week of open slots that never overlap, by weekday and start."""

    name: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class ReviewText:
    """What a student may write beside a rating of 1 to 5."""

    rating: int
    text: str


@dataclass(frozen=True, slots=True)
class SeedSettings:
    """How much history and future to make; ``password`` is the made-up one that every seed account shares."""

    password: str
    weeks_back: int
    weeks_ahead: int
    completed_bookings_per_offering: int
    upcoming_bookings_per_instructor: int
    search_phrases: tuple[str, ...]
    review_texts: tuple[ReviewText, ...]


@dataclass(frozen=True, slots=True)
class SeedData:
    """Everything the seed files say, with every reference resolved to something that exists."""

    categories: tuple[Category, ...]
    services: tuple[Service, ...]
    instructors: tuple[Instructor, ...]
    students: tuple[Student, ...]
    patterns: tuple[Pattern, ...]
    settings: SeedSettings
