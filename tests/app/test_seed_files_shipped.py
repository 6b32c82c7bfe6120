"""The seed files of this repository: they load, and they are as large and as varied as promised."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from datetime import time as clock
from decimal import Decimal
from pathlib import Path

import pytest

from app.services.seed_files import load

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def seeds():
    return load(SEEDS)


def test_the_catalogue_has_the_promised_size(seeds):
    assert [category.display_order for category in seeds.categories] == [1, 2, 3, 4, 5, 6, 7]
    assert {category.slug for category in seeds.categories} == {service.category for service in seeds.services}
    sizes = Counter(service.category for service in seeds.services)
    assert sizes == {
        "tutoring": 56,
        "hidden-gems": 45,
        "music": 41,
        "sports-fitness": 40,
        "arts": 36,
        "language": 23,
        "kids": 10,
    }


def test_every_service_is_described_in_its_own_words(seeds):
    assert len({service.description for service in seeds.services}) == len(seeds.services)
    assert min(len(service.description) for service in seeds.services) > 40
    assert all(len(service.search_terms) >= 5 for service in seeds.services)
    assert sum(bool(service.related) for service in seeds.services) > 0.9 * len(seeds.services)


def test_services_are_in_the_order_of_the_categories_and_of_their_files(seeds):
    places = {category.slug: category.display_order for category in seeds.categories}
    order = [(places[service.category], service.display_order) for service in seeds.services]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_the_people_are_as_many_as_promised_and_all_different(seeds):
    statuses = Counter(instructor.status for instructor in seeds.instructors)
    assert statuses == {"active": 67, "suspended": 2, "deactivated": 1}
    assert [student.admin for student in seeds.students].count(True) == 1
    assert len(seeds.students) == 7
    people = [*seeds.instructors, *seeds.students]
    assert len({person.full_name for person in people}) == len(people)
    assert len({instructor.bio for instructor in seeds.instructors}) == len(seeds.instructors)


def test_offerings_are_within_the_promised_number_and_prices(seeds):
    offerings = [offering for instructor in seeds.instructors for offering in instructor.services]
    assert 80 <= len(offerings) <= 95
    rates = [offering.hourly_rate for offering in offerings]
    assert (min(rates), max(rates)) == (Decimal(50), Decimal(150))
    assert len({offering.description for offering in offerings}) == len(offerings)


def test_patterns_are_weeks_of_sorted_slots_and_all_are_used(seeds):
    assert len(seeds.patterns) == 8
    assert {pattern.name for pattern in seeds.patterns} == {person.availability for person in seeds.instructors}
    by_name = {pattern.name: pattern.slots for pattern in seeds.patterns}
    first = by_name["early-bird"][0]
    assert (first.weekday, first.start, first.end) == (0, clock(6, 0), clock(9, 30))
    for slots in by_name.values():
        starts = [(slot.weekday, slot.start) for slot in slots]
        assert starts == sorted(starts)


def test_the_settings_make_a_lively_history(seeds):
    settings = seeds.settings
    assert (settings.weeks_back, settings.weeks_ahead) == (8, 4)
    assert len(settings.search_phrases) >= 55
    assert Counter(review.rating for review in settings.review_texts).keys() == {1, 2, 3, 4, 5}


def test_what_is_loaded_cannot_be_changed(seeds):
    with pytest.raises(dataclasses.FrozenInstanceError):
        seeds.services[0].name = "Something else"
    with pytest.raises(dataclasses.FrozenInstanceError):
        seeds.settings = None


def test_loading_everything_is_quick():
    # 0.04 s on two idle cores; the promise is 0.4 s, the best of three keeps a busy machine out of it.
    durations = []
    for _ in range(3):
        start = time.perf_counter()
        load(SEEDS)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.4
