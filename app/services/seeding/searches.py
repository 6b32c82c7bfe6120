"""Who searched for what in the past weeks, and what became of it, decided from the files and today's date alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.services.seeding.lessons import bookable
from app.services.seeding.stable import Lot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    meanings = _understand(data.settings.search_phrases, data.services)
    fashions: dict[int, list[Service]] = {}
    students = [student.email for student in data.students if not student.admin]
    searches: list[Search] = []
    for day in (today - timedelta(days=ago) for ago in range(data.settings.weeks_back * 7, 0, -1)):
        fortnight = day.toordinal() // 14
        if fortnight not in fashions:
            fashions[fortnight] = _fashion(offered, fortnight)
        scene = _Day(day, fashions[fortnight], meanings, data.settings.search_phrases, teachers, students)
        searches += (_search(scene, place) for place in range(10 + Lot("searches", day).below(10)))
    return searches


@dataclass(frozen=True, slots=True)
class _Day:
    date: date
    popular: Sequence[Service]
    meanings: Mapping[str, str]
    phrases: Sequence[str]
    teachers: Mapping[str, list[str]]
    students: Sequence[str]


def _fashion(offered: Sequence[Service], fortnight: int) -> list[Service]:
    """Return the services, most wanted first. What is wanted changes every other week, so that trends show."""
    return sorted(offered, key=lambda service: Lot("fashion", service.slug, fortnight).key())


def _search(day: _Day, place: int) -> Search:
    lot = Lot("search", day.date, place)
    key = lot.key()
    if day.phrases and lot.happens(35):
        query = lot.choose(day.phrases)
        slug, kind = day.meanings[query], "natural_language"
    else:
        # The square of a number below 1 is small more often than not: some services are much more wanted than others.
        chance = lot.below(10_000) / 10_000
        service = day.popular[int(chance * chance * len(day.popular))]
        query = lot.choose((service.name, *service.search_terms))
        slug, kind = service.slug, lot.choose(("natural_language", "natural_language", "service_pill"))
    guest = not day.students or lot.happens(40)
    return Search(
        key=key,
        student="" if guest else lot.choose(day.students),
        guest=f"guest-{day.date:%Y%m%d}-{place // 3}" if guest else "",
        query=query,
        kind=kind,
        service=slug,
        results=1 + lot.below(20) if slug else 0,
        at=datetime.combine(day.date, time(tzinfo=UTC)) + timedelta(seconds=lot.below(86_400)),
        interactions=tuple(_interact(key, day.teachers.get(slug, ()), lot)),
    )


def _interact(key: int, teachers: Sequence[str], lot: Lot) -> Iterator[Interaction]:
    """Yield a view for about half of the searches, and sometimes a bookmark or a booking after it."""
    if not teachers or not lot.happens(55):
        return
    teacher, position, seconds = lot.choose(teachers), 1 + lot.below(5), 3 + lot.below(80)
    yield Interaction(key, lot.choose(("click", "view_profile")), teacher, position, seconds)
    if lot.happens(25):
        yield Interaction(key, "bookmark", teacher, position, seconds + 20)
    if lot.happens(20):
        yield Interaction(key, "book", teacher, position, seconds + 60)


def _understand(phrases: Sequence[str], services: Sequence[Service]) -> dict[str, str]:
    """Return for each phrase the slug of the service that shares most words with it, or nothing."""
    speakers: dict[str, list[str]] = {}
    for service in services:
        for word in _words(" ".join((service.name, *service.search_terms))):
            speakers.setdefault(word, []).append(service.slug)
    meanings = {}
    for phrase in phrases:
        heard = Counter(slug for word in _words(phrase) for slug in speakers.get(word, ()))
        meanings[phrase] = max(heard, key=lambda slug: (heard[slug], slug), default="")
    return meanings


def _words(phrase: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", phrase.lower())} - SMALL_WORDS
