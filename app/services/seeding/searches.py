"""Who searched for what in the past weeks, and what became of it, decided from the files and today's date alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.services.seeding.lessons import bookable
from app.services.seeding.stable import choose, happens, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.services.seed_files import SeedData, Service

SMALL_WORDS = frozenset(
    re.findall(r"\w+", "a an and at for from how i in me my of on or our the to with learn lesson teacher")
)


@dataclass(frozen=True, slots=True)
class Interaction:
    """What was done with a result; positions count from 1, the delay is in seconds."""

    event: int
    kind: str
    instructor: str
    position: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Search:
    """One search: by a student's e-mail or a guest's session. ``service`` is empty where nothing matched."""

    key: int
    student: str
    guest: str
    query: str
    kind: str
    service: str
    results: int
    at: datetime
    interactions: tuple[Interaction, ...]


def plan_searches(data: SeedData, today: date) -> list[Search]:
    """Return ten to nineteen searches for each day of the past weeks, today excluded."""
    teachers: dict[str, list[str]] = {}
    for instructor in bookable(data):
        for offering in instructor.services:
            teachers.setdefault(offering.service, []).append(instructor.email)
    offered = [service for service in data.services if service.slug in teachers]
    if not offered:
        return []
    meanings = {phrase: _match(phrase, data.services) for phrase in data.settings.search_phrases}
    students = [student.email for student in data.students if not student.admin]
    days = (today - timedelta(days=ago) for ago in range(data.settings.weeks_back * 7, 0, -1))
    return [
        _search(_Day(day, tuple(_fashion(offered, day)), meanings, teachers, students), place)
        for day in days
        for place in range(10 + number("searches", day) % 10)
    ]


@dataclass(frozen=True, slots=True)
class _Day:
    date: date
    popular: Sequence[Service]
    meanings: dict[str, str]
    teachers: dict[str, list[str]]
    students: Sequence[str]


def _fashion(offered: Sequence[Service], day: date) -> list[Service]:
    """Return the services, most wanted first. What is wanted changes every other week, so that trends show."""
    return sorted(offered, key=lambda service: number("fashion", service.slug, day.toordinal() // 14))


def _search(day: _Day, place: int) -> Search:
    names = (day.date, place)
    key = number("search", *names)
    if day.meanings and happens(35, "phrase", *names):
        query = choose(tuple(day.meanings), "phrase", *names)
        slug, kind = day.meanings[query], "natural_language"
    else:
        # The square of a number below 1 is small more often than not: some services are much more wanted than others.
        chance = (number("service", *names) % 10_000) / 10_000
        service = day.popular[int(chance * chance * len(day.popular))]
        query = choose((service.name, *service.search_terms), "term", *names)
        slug, kind = service.slug, choose(("natural_language", "natural_language", "service_pill"), "kind", *names)
    guest = not day.students or happens(40, "guest", *names)
    return Search(
        key=key,
        student="" if guest else choose(day.students, "searcher", *names),
        guest=f"guest-{number('session', day.date, place // 3):016x}" if guest else "",
        query=query,
        kind=kind,
        service=slug,
        results=1 + number("results", *names) % 20 if slug else 0,
        at=datetime.combine(day.date, time(tzinfo=UTC)) + timedelta(seconds=number("at", *names) % 86_400),
        interactions=tuple(_interact(key, day.teachers.get(slug, []))),
    )


def _interact(key: int, teachers: Sequence[str]) -> Iterator[Interaction]:
    """Yield a view for about half of the searches, and sometimes a bookmark or a booking after it."""
    if not teachers or not happens(55, "view", key):
        return
    teacher, position, seconds = choose(teachers, "teacher", key), 1 + number("position", key) % 5, 3 + key % 80
    yield Interaction(key, choose(("click", "view_profile"), "view", key), teacher, position, seconds)
    if happens(25, "bookmark", key):
        yield Interaction(key, "bookmark", teacher, position, seconds + 20)
    if happens(20, "book", key):
        yield Interaction(key, "book", teacher, position, seconds + 60)


def _match(phrase: str, services: Sequence[Service]) -> str:
    """Return the slug of the service that shares most words with a phrase, or nothing."""
    wanted = _words(phrase)
    scores = {
        service.slug: len(wanted & _words(" ".join((service.name, *service.search_terms)))) for service in services
    }
    best = max(scores, key=lambda slug: scores[slug], default="")
    return best if scores.get(best) else ""


def _words(phrase: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", phrase.lower())} - SMALL_WORDS
