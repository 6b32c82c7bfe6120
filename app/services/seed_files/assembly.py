"""From entries that were found right to the frozen values that the application uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.seed_files.data import (
    Category,
    Instructor,
    Offering,
    Pattern,
    ReviewText,
    SeedData,
    SeedSettings,
    Service,
    Slot,
    Student,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services.seed_files import schema


@dataclass(frozen=True, slots=True)
class Entries:
    """All that the files say, checked; a shelf is a category's slug and its services."""

    categories: Sequence[schema.CategoryEntry]
    shelves: Sequence[tuple[str, Sequence[schema.ServiceEntry]]]
    instructors: Sequence[schema.InstructorEntry]
    students: Sequence[schema.StudentEntry]
    patterns: Sequence[schema.PatternEntry]
    settings: schema.SettingsEntry


def assemble(entries: Entries) -> SeedData:
    """Put everything together; services are sorted by their category's place, then by their own."""
    places = {category.slug: place for place, category in enumerate(entries.categories, 1)}
    return SeedData(
        categories=tuple(
            Category(display_order=places[category.slug], **category.model_dump()) for category in entries.categories
        ),
        services=tuple(
            Service(category=category, display_order=place, **service.model_dump())
            for category, services in sorted(entries.shelves, key=lambda shelf: places[shelf[0]])
            for place, service in enumerate(services, 1)
        ),
        instructors=tuple(_instructor(entry) for entry in entries.instructors),
        students=tuple(Student(**entry.model_dump()) for entry in entries.students),
        patterns=tuple(_pattern(entry) for entry in entries.patterns),
        settings=_settings(entries.settings),
    )


def _instructor(entry: schema.InstructorEntry) -> Instructor:
    offerings = tuple(Offering(**offering.model_dump()) for offering in entry.services)
    return Instructor(services=offerings, **entry.model_dump(exclude={"services"}))


def _pattern(entry: schema.PatternEntry) -> Pattern:
    slots = [Slot(day, slot.start, slot.end) for slot in entry.slots for day in slot.days]
    return Pattern(entry.name, tuple(sorted(slots, key=lambda slot: (slot.weekday, slot.start))))


def _settings(entry: schema.SettingsEntry) -> SeedSettings:
    reviews = tuple(ReviewText(review.rating, review.text) for review in entry.review_texts)
    return SeedSettings(review_texts=reviews, **entry.model_dump(exclude={"review_texts"}))
